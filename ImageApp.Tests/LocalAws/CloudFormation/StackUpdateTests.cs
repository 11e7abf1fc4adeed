using System.Text.Json.Nodes;

namespace ImageApp.Tests.LocalAws.CloudFormation;

/// <summary>What keeps an update from a stack's resources, ends it half-way, and mends one that failed.</summary>
public sealed class StackUpdateTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_stack_policy_keeps_updates_from_what_it_protects()
    {
        await using var host = await StackInstance.StartAsync();
        const string Protect = """
            { "Statement": [
              { "Effect": "Allow", "Principal": "*", "Action": "Update:*", "Resource": "*" },
              { "Effect": "Deny", "Principal": "*", "Action": ["Update:Replace", "Update:Delete"], "Resource": "LogicalResourceId/A" },
              { "Effect": "Deny", "Principal": "*", "Action": "Update:Modify", "Resource": "*",
                "Condition": { "StringEquals": { "ResourceType": ["Test::Files::Link"] } } } ] }
            """;
        await host.CloudFormation.CreateAsync("files", Files(host, ("A", "one"), ("B", "one")), ("StackPolicyBody", Protect));
        await host.CloudFormation.SettledAsync("files", "CREATE_COMPLETE");
        Assert.Equal(
            Protect.ReplaceLineEndings("\n"),
            (await host.CloudFormation.CallAsync("GetStackPolicy", ("StackName", "files"))).Element("StackPolicyBody")!.Value);

        await host.CloudFormation.UpdateAsync("files", Files(host, ("A", "two"), ("B", "one")));
        await host.CloudFormation.SettledAsync("files", "UPDATE_COMPLETE");
        await host.CloudFormation.UpdateAsync("files", Files(host, ("B", "two")));
        await host.CloudFormation.SettledAsync("files", "UPDATE_ROLLBACK_COMPLETE");
        Assert.Equal(
            "Action denied by stack policy: Statement [#2] does not allow [Update:Delete] for resource [LogicalResourceId/A]",
            Assert.Single(await host.CloudFormation.ReasonsAsync("files", "A", "UPDATE_FAILED")));
        Assert.Equal("two", await File.ReadAllTextAsync(Path.Combine(host.Workspace, "A"), Cancelled));
        Assert.Equal("one", await File.ReadAllTextAsync(Path.Combine(host.Workspace, "B"), Cancelled));

        await host.CloudFormation.UpdateAsync(
            "files",
            Files(host, ("B", "two")),
            ("StackPolicyDuringUpdateBody",
                """{ "Statement": { "Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*" } }"""));
        await host.CloudFormation.SettledAsync("files", "UPDATE_COMPLETE");
        Assert.False(File.Exists(Path.Combine(host.Workspace, "A")));

        await host.CloudFormation.CallAsync(
            "SetStackPolicy",
            ("StackName", "files"),
            ("StackPolicyBody",
                """{ "Statement": { "Effect": "Allow", "Principal": "*", "Action": "Update:Delete", "Resource": "*" } }"""));
        await host.CloudFormation.UpdateAsync("files", Files(host, ("B", "three")));
        await host.CloudFormation.SettledAsync("files", "UPDATE_ROLLBACK_COMPLETE");
        Assert.Contains(
            "no statement allows [Update:Modify]",
            Assert.Single(await host.CloudFormation.ReasonsAsync("files", "B", "UPDATE_FAILED")),
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{", "not JSON")]
    [InlineData("""{ "Statement": [] }""", "at least one statement")]
    [InlineData("""{ "Statement": { "Effect": "Allow", "Action": "Update:*", "Resource": "*" } }""", "needs the Principal \"*\"")]
    [InlineData("""{ "Statement": { "Effect": "Allow", "Principal": "*", "Action": "s3:*", "Resource": "*" } }""", "Action 's3:*'")]
    [InlineData("""{ "Statement": { "Effect": "Allow", "Principal": "*", "Action": "Update:*", "Resource": "A" } }""", "Resource 'A'")]
    [InlineData("""{ "Statement": { "Effect": "No", "Principal": "*", "Action": "Update:*", "Resource": "*" } }""", "Effect 'No'")]
    public async Task A_malformed_stack_policy_is_refused_by_statement_and_element(string policy, string reason)
    {
        await using var host = await StackInstance.StartAsync();
        await host.CloudFormation.CreateAsync("files", Files(host, ("A", "x")));
        await host.CloudFormation.SettledAsync("files", "CREATE_COMPLETE");
        Assert.Contains(
            reason,
            await host.CloudFormation.RefusedAsync(
                "ValidationError", "SetStackPolicy", ("StackName", "files"), ("StackPolicyBody", policy)),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_update_that_is_cancelled_is_rolled_back()
    {
        await using var host = await StackInstance.StartAsync();
        await host.CloudFormation.CreateAsync("files", Files(host, ("A", "one"), ("B", "one")));
        await host.CloudFormation.SettledAsync("files", "CREATE_COMPLETE");
        await host.CloudFormation.RefusedAsync("ValidationError", "CancelUpdateStack", ("StackName", "files"));

        host.Files.Hangs = true;
        await host.CloudFormation.UpdateAsync("files", Files(host, ("A", FileHandler.Slow), ("B", "two")));
        await Eventually.HoldsAsync(
            async () => await File.ReadAllTextAsync(Path.Combine(host.Workspace, "A"), Cancelled) == FileHandler.Slow,
            "the update at work");
        var cancelled = host.CloudFormation.CallAsync("CancelUpdateStack", ("StackName", "files"));
        await host.LoggedAsync("CancelUpdateStack", "asked");
        host.Files.Hangs = false;
        await cancelled;
        var stack = await host.CloudFormation.SettledAsync("files", "UPDATE_ROLLBACK_COMPLETE");
        Assert.Contains("files: UPDATE_ROLLBACK_IN_PROGRESS", await host.CloudFormation.EventsAsync("files"));
        Assert.Equal("one", await File.ReadAllTextAsync(Path.Combine(host.Workspace, "A"), Cancelled));
        Assert.Equal("one", await File.ReadAllTextAsync(Path.Combine(host.Workspace, "B"), Cancelled));
        Assert.Equal(
            "Update cancelled by user",
            Assert.Single(await host.CloudFormation.ReasonsAsync("files", "files", "UPDATE_ROLLBACK_IN_PROGRESS")));
        await host.CloudFormation.UpdateAsync("files", Files(host, ("A", "three"), ("B", "two")));
        await host.CloudFormation.SettledAsync("files", "UPDATE_COMPLETE");
    }

    [Fact]
    public async Task A_rollback_that_failed_goes_on_without_what_is_skipped()
    {
        await using var host = await StackInstance.StartAsync();
        await host.CloudFormation.CreateAsync("files", Files(host, ("A", "one"), ("B", "one")));
        await host.CloudFormation.SettledAsync("files", "CREATE_COMPLETE");
        host.Files.Hangs = true;
        await host.CloudFormation.UpdateAsync("files", Files(host, ("A", FileHandler.Slow), ("B", FileHandler.Refused)));
        await Eventually.HoldsAsync(
            async () => await File.ReadAllTextAsync(Path.Combine(host.Workspace, "A"), Cancelled) == FileHandler.Slow,
            "the update at work");
        File.Delete(Path.Combine(host.Workspace, "A"));
        host.Files.Hangs = false;
        await host.CloudFormation.SettledAsync("files", "UPDATE_ROLLBACK_FAILED");
        Assert.Contains(
            "only resources in the state UPDATE_FAILED can",
            await host.CloudFormation.RefusedAsync(
                "ValidationError", "ContinueUpdateRollback", ("StackName", "files"), ("ResourcesToSkip.member.1", "B")),
            StringComparison.Ordinal);
        await host.CloudFormation.CallAsync("ContinueUpdateRollback", ("StackName", "files"), ("ResourcesToSkip.member.1", "A"));
        await host.CloudFormation.SettledAsync("files", "UPDATE_ROLLBACK_COMPLETE");
    }

    [Fact]
    public async Task What_failed_and_was_left_is_rolled_back_on_demand()
    {
        await using var host = await StackInstance.StartAsync();
        await host.CloudFormation.CreateAsync("new", Files(host, ("A", "one"), ("B", FileHandler.Refused)), ("DisableRollback", "true"));
        await host.CloudFormation.SettledAsync("new", "CREATE_FAILED");
        Assert.True(File.Exists(Path.Combine(host.Workspace, "A")));
        await host.CloudFormation.CallAsync("RollbackStack", ("StackName", "new"));
        await host.CloudFormation.SettledAsync("new", "ROLLBACK_COMPLETE");
        Assert.False(File.Exists(Path.Combine(host.Workspace, "A")));
        await host.CloudFormation.RefusedAsync("ValidationError", "RollbackStack", ("StackName", "new"));

        await host.CloudFormation.CreateAsync("old", Files(host, ("C", "one"), ("D", "one")));
        await host.CloudFormation.SettledAsync("old", "CREATE_COMPLETE");
        await host.CloudFormation.UpdateAsync("old", Files(host, ("C", "two"), ("D", FileHandler.Refused)), ("DisableRollback", "true"));
        await host.CloudFormation.SettledAsync("old", "UPDATE_FAILED");
        await host.CloudFormation.CallAsync("RollbackStack", ("StackName", "old"));
        await host.CloudFormation.SettledAsync("old", "UPDATE_ROLLBACK_COMPLETE");
        Assert.Equal("one", await File.ReadAllTextAsync(Path.Combine(host.Workspace, "C"), Cancelled));
    }

    [Fact]
    public async Task A_deletion_can_be_forced_and_a_rollback_can_delete_what_is_new_and_retained()
    {
        await using var host = await StackInstance.StartAsync();
        await host.CloudFormation.CreateAsync("files", Files(host, ("A", FileHandler.Locked)));
        var id = (await host.CloudFormation.SettledAsync("files", "CREATE_COMPLETE")).Element("StackId")!.Value;
        await host.CloudFormation.RefusedAsync(
            "ValidationError", "DeleteStack", ("StackName", "files"), ("DeletionMode", "FORCE_DELETE_STACK"));
        await host.CloudFormation.CallAsync("DeleteStack", ("StackName", "files"));
        await host.CloudFormation.SettledAsync("files", "DELETE_FAILED");
        await host.CloudFormation.CallAsync("DeleteStack", ("StackName", "files"), ("DeletionMode", "FORCE_DELETE_STACK"));
        await host.CloudFormation.SettledAsync(id, "DELETE_COMPLETE");
        Assert.True(File.Exists(Path.Combine(host.Workspace, "A")));

        var retained = Files(host, ("B", "x"), ("C", FileHandler.Refused)).Replace(
            "Type: Test::Files::File,", "Type: Test::Files::File, DeletionPolicy: Retain,", StringComparison.Ordinal);
        await host.CloudFormation.CreateAsync("kept", retained);
        await host.CloudFormation.SettledAsync("kept", "ROLLBACK_COMPLETE");
        Assert.True(File.Exists(Path.Combine(host.Workspace, "B")));
        File.Delete(Path.Combine(host.Workspace, "B"));
        await host.CloudFormation.CreateAsync("gone", retained, ("RetainExceptOnCreate", "true"));
        await host.CloudFormation.SettledAsync("gone", "ROLLBACK_COMPLETE");
        Assert.False(File.Exists(Path.Combine(host.Workspace, "B")));
    }

    [Fact]
    public async Task A_stacks_tags_are_on_its_resources_and_change_with_it()
    {
        await using var host = await StackInstance.StartAsync();
        var template = Files(host, ("A", "x")).Replace(
            "Content: x", "Content: x, Tags: [{ Key: own, Value: mine }]", StringComparison.Ordinal);
        await host.CloudFormation.CreateAsync("files", template, Tags(("team", "photos"), ("own", "stack")));
        await host.CloudFormation.SettledAsync("files", "CREATE_COMPLETE");
        Assert.Equal("own=mine team=photos", TagsOf());
        await host.CloudFormation.UpdateAsync("files", template, Tags(("team", "others")));
        await host.CloudFormation.SettledAsync("files", "UPDATE_COMPLETE");
        Assert.Equal("own=mine team=others", TagsOf());
        Assert.Equal(
            "No updates are to be performed.",
            await host.CloudFormation.RefusedAsync("ValidationError", "UpdateStack", ("StackName", "files"), ("TemplateBody", template)));
        await host.CloudFormation.UpdateAsync("files", template, ("Tags", ""));
        await host.CloudFormation.SettledAsync("files", "UPDATE_COMPLETE");
        Assert.Equal("own=mine", TagsOf());
        Assert.Contains(
            "aws:team",
            await host.CloudFormation.RefusedAsync(
                "ValidationError", "UpdateStack", [("StackName", "files"), ("TemplateBody", template), .. Tags(("aws:team", "x"))]),
            StringComparison.Ordinal);

        string TagsOf() => string.Join(
            ' ',
            JsonNode.Parse(host.Files.TagsOf[Path.Combine(host.Workspace, "A")])!
                .AsArray()
                .Select(tag => $"{tag!["Key"]}={tag["Value"]}")
                .Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task An_import_takes_in_what_is_there_and_nothing_else()
    {
        await using var host = await StackInstance.StartAsync();
        await host.CloudFormation.CreateAsync("files", Files(host, ("A", "x")));
        await host.CloudFormation.SettledAsync("files", "CREATE_COMPLETE");
        var found = Path.Combine(host.Workspace, "B");
        await File.WriteAllTextAsync(found, "as it is", Cancelled);
        var template = Files(host, ("A", "x"), ("B", "wanted")).Replace(
            "B: { Type: Test::Files::File,", "B: { Type: Test::Files::File, DeletionPolicy: Retain,", StringComparison.Ordinal);
        Task<string> Refused(string body, params (string, string)[] parameters) => host.CloudFormation.RefusedAsync(
            "ValidationError",
            "CreateChangeSet",
            [("StackName", "files"), ("ChangeSetName", "import"), ("ChangeSetType", "IMPORT"), ("TemplateBody", body), .. parameters]);
        Assert.Contains("needs ResourcesToImport", await Refused(template), StringComparison.Ordinal);
        Assert.Contains(
            "must have DeletionPolicy",
            await Refused(Files(host, ("A", "x"), ("B", "y")), Import("B", found)),
            StringComparison.Ordinal);
        Assert.Contains(
            "[A] in your template that are not being imported",
            await Refused(template.Replace("Content: x", "Content: z", StringComparison.Ordinal), Import("B", found)),
            StringComparison.Ordinal);
        Assert.Contains("does not exist", await Refused(template, Import("B", found + "x")), StringComparison.Ordinal);
        Assert.Contains("already in the stack", await Refused(template, Import("A", found)), StringComparison.Ordinal);

        await host.CloudFormation.CallAsync(
            "CreateChangeSet",
            [
                ("StackName", "files"), ("ChangeSetName", "import"), ("ChangeSetType", "IMPORT"), ("TemplateBody", template),
                .. Import("B", found),
            ]);
        await host.CloudFormation.CallAsync("ExecuteChangeSet", ("StackName", "files"), ("ChangeSetName", "import"));
        await host.CloudFormation.SettledAsync("files", "IMPORT_COMPLETE");
        Assert.Equal("as it is", await File.ReadAllTextAsync(found, Cancelled));

        // An import changes nothing, so what the template wants is a drift until the next update.
        await host.CloudFormation.CallAsync("DetectStackDrift", ("StackName", "files"));
        var drift = (await host.CloudFormation.CallAsync(
            "DescribeStackResourceDrifts", ("StackName", "files"), ("StackResourceDriftStatusFilters.member.1", "MODIFIED")))
            .Element("StackResourceDrifts")!.Element("member")!;
        Assert.Equal(
            ("B", "/Content", "as it is"),
            (
                drift.Element("LogicalResourceId")!.Value,
                drift.Descendants("PropertyPath").Single().Value,
                drift.Descendants("ActualValue").Single().Value));
        await host.CloudFormation.UpdateAsync("files", template.Replace("wanted", "new", StringComparison.Ordinal));
        await host.CloudFormation.SettledAsync("files", "UPDATE_COMPLETE");
        Assert.Equal("new", await File.ReadAllTextAsync(found, Cancelled));
    }

    [Fact]
    public async Task An_import_of_what_vanished_gives_the_stack_back()
    {
        await using var host = await StackInstance.StartAsync();
        var found = Path.Combine(host.Workspace, "B");
        await File.WriteAllTextAsync(found, "x", Cancelled);
        var template = Files(host, ("B", "x")).Replace(
            "Type: Test::Files::File,", "Type: Test::Files::File, DeletionPolicy: Retain,", StringComparison.Ordinal);
        await host.CloudFormation.CallAsync(
            "CreateChangeSet",
            [
                ("StackName", "files"), ("ChangeSetName", "import"), ("ChangeSetType", "IMPORT"), ("TemplateBody", template),
                .. Import("B", found),
            ]);
        File.Delete(found);
        await host.CloudFormation.CallAsync("ExecuteChangeSet", ("StackName", "files"), ("ChangeSetName", "import"));
        await host.CloudFormation.SettledAsync("files", "IMPORT_ROLLBACK_COMPLETE");
        Assert.Empty((await host.CloudFormation.CallAsync("ListStackResources", ("StackName", "files"))).Descendants("member"));
        Assert.Contains(
            "does not exist",
            Assert.Single(await host.CloudFormation.ReasonsAsync("files", "B", "IMPORT_FAILED")),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_stack_that_an_earlier_version_wrote_is_read_and_goes_on()
    {
        await using var first = await StackInstance.StartAsync();
        await first.CloudFormation.CreateAsync("files", Files(first, ("A", "one"), ("B", "one")), Tags(("team", "photos")));
        await first.CloudFormation.SettledAsync("files", "CREATE_COMPLETE");
        var crashed = first.Crash();
        try
        {
            var file = Assert.Single(Directory.GetFiles(Path.Combine(crashed, "cloudformation", "stacks")));
            var stack = JsonNode.Parse(await File.ReadAllTextAsync(file, Cancelled))!.AsObject();
            foreach (var name in new[] { "StackPolicy", "NotifiedEventId", "DriftDetections" })
            {
                stack.Remove(name);
            }

            foreach (var name in new[] { "IsForced", "RetainExceptOnCreate", "StackPolicy", "Skip", "Imported" })
            {
                stack["Operation"]!.AsObject().Remove(name);
            }

            foreach (var resource in stack["Resources"]!.AsArray())
            {
                resource!.AsObject().Remove("StackTags");
                resource.AsObject().Remove("Drift");
            }

            await File.WriteAllTextAsync(file, stack.ToJsonString(), Cancelled);
            await using var next = await StackInstance.StartAsync(crashed);
            Assert.Equal(
                "NOT_CHECKED",
                (await next.CloudFormation.DescribeAsync("files")).Element("DriftInformation")!.Element("StackDriftStatus")!.Value);
            await next.CloudFormation.CallAsync("DetectStackDrift", ("StackName", "files"));
            await next.CloudFormation.UpdateAsync("files", Files(first, ("A", "two"), ("B", FileHandler.Refused)));
            await next.CloudFormation.SettledAsync("files", "UPDATE_ROLLBACK_COMPLETE");
            await next.CloudFormation.UpdateAsync("files", Files(first, ("A", "three"), ("B", "two")));
            await next.CloudFormation.SettledAsync("files", "UPDATE_COMPLETE");

            // The stack's tags, which the earlier version kept to itself, are on the resource now.
            Assert.Contains("photos", next.Files.TagsOf[Path.Combine(first.Workspace, "A")], StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(crashed, recursive: true);
        }
    }

    private static (string, string)[] Import(string logicalId, string path) =>
    [
        ("ResourcesToImport.member.1.ResourceType", "Test::Files::File"),
        ("ResourcesToImport.member.1.LogicalResourceId", logicalId),
        ("ResourcesToImport.member.1.ResourceIdentifier.entry.1.key", "Path"),
        ("ResourcesToImport.member.1.ResourceIdentifier.entry.1.value", path),
    ];

    private static (string, string)[] Tags(params (string Key, string Value)[] tags) =>
        [.. tags.SelectMany((tag, i) => new[] { ($"Tags.member.{i + 1}.Key", tag.Key), ($"Tags.member.{i + 1}.Value", tag.Value) })];

    /// <summary>Files, each with a logical id that is also its name, one after the other.</summary>
    private static string Files(LocalAwsInstance host, params (string Id, string Content)[] files)
    {
        var template = "Resources:\n";
        string? previous = null;
        foreach (var (id, content) in files)
        {
            var dependsOn = previous is null ? "" : $" DependsOn: {previous},";
            template +=
                $"  {id}: {{ Type: Test::Files::File,{dependsOn} "
                + $"Properties: {{ Folder: {host.Workspace}, Name: {id}, Content: {content} }} }}\n";
            previous = id;
        }

        return template;
    }
}
