using System.Diagnostics;
using ImageApp.LocalAws;

namespace ImageApp.Tests.LocalAws.CloudFormation;

/// <summary>Stacks of real files and folders, through the signed Query protocol.</summary>
public sealed class StackOperationTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_stack_is_created_in_order_described_and_deleted_in_reverse()
    {
        await using var host = await StackInstance.StartAsync();
        var folder = Path.Combine(host.Workspace, "photos");
        var template = $$"""
            Description: Two files.
            Parameters:
              Text: { Type: String, Default: hello }
              Secret: { Type: String, NoEcho: true }
            Resources:
              Second: { Type: "Test::Files::File", DependsOn: First,
                Properties: { Folder: !Ref Folder, Content: !Sub "${First.Name} ${First.Length}" } }
              First: { Type: "Test::Files::File",
                Properties: { Folder: !GetAtt Folder.Path, Name: !Sub "${AWS::StackName}.txt", Content: !Ref Text } }
              Folder: { Type: "Test::Files::Folder", Properties: { Path: {{folder}} } }
            Outputs:
              FirstPath: { Description: where, Value: !Ref First, Export: { Name: !Sub "${AWS::StackName}-path" } }
            """;

        var created = await host.CloudFormation.CreateAsync(
            "files",
            template,
            [
                .. CloudFormationClient.Parameters(("Secret", "s3cret")),
                ("Tags.member.1.Key", "team"),
                ("Tags.member.1.Value", "photos"),
                ("Capabilities.member.1", "CAPABILITY_IAM"),
            ]);
        var id = created.Element("StackId")!.Value;
        Assert.Matches("^arn:aws:cloudformation:us-east-1:000000000000:stack/files/[0-9a-f-]{36}$", id);
        var stack = await host.CloudFormation.SettledAsync("files", "CREATE_COMPLETE");

        Assert.Equal("Two files.", stack.Element("Description")!.Value);
        Assert.Equal(Path.Combine(folder, "files.txt"), CloudFormationClient.Output(stack, "FirstPath"));
        Assert.Equal(
            "Secret=**** Text=hello",
            string.Join(
                ' ',
                stack
                    .Element("Parameters")!
                    .Elements()
                    .Select(p => p.Element("ParameterKey")!.Value + "=" + p.Element("ParameterValue")!.Value)
                    .Order()));
        Assert.Equal("teamphotos", stack.Element("Tags")!.Value);
        Assert.Equal("CAPABILITY_IAM", stack.Element("Capabilities")!.Value);
        var resource = (
            await host.CloudFormation.CallAsync("DescribeStackResource", ("StackName", "files"), ("LogicalResourceId", "Second"))
        ).Element("StackResourceDetail")!;
        Assert.Equal("files.txt 5", await File.ReadAllTextAsync(resource.Element("PhysicalResourceId")!.Value, Cancelled));
        Assert.Matches("files-Second-[A-Z0-9]{12}$", resource.Element("PhysicalResourceId")!.Value);
        Assert.Equal(3, (await host.CloudFormation.CallAsync("ListStackResources", ("StackName", id))).Descendants("member").Count());
        Assert.Equal(
            3,
            (await host.CloudFormation.CallAsync("DescribeStackResources", ("PhysicalResourceId", folder)))
                .Element("StackResources")!
                .Elements("member")
                .Count());
        Assert.Equal(template, (await host.CloudFormation.CallAsync("GetTemplate", ("StackName", "files"))).Element("TemplateBody")!.Value);
        Assert.Equal("files-path", (await host.CloudFormation.CallAsync("ListExports")).Descendants("Name").Single().Value);
        Assert.Equal(
            [
                "files: CREATE_IN_PROGRESS",
                "Folder: CREATE_IN_PROGRESS",
                "Folder: CREATE_COMPLETE",
                "First: CREATE_IN_PROGRESS",
                "First: CREATE_COMPLETE",
                "Second: CREATE_IN_PROGRESS",
                "Second: CREATE_COMPLETE",
                "files: CREATE_COMPLETE",
            ],
            await host.CloudFormation.EventsAsync("files"));

        await host.CloudFormation.CallAsync("DeleteStack", ("StackName", "files"));
        await host.CloudFormation.SettledAsync(id, "DELETE_COMPLETE");

        Assert.False(Directory.Exists(folder));
        Assert.Equal(
            "Stack with id files does not exist",
            await host.CloudFormation.RefusedAsync("ValidationError", "DescribeStacks", ("StackName", "files")));
        Assert.Empty((await host.CloudFormation.CallAsync("DescribeStacks")).Element("Stacks")!.Elements());
        Assert.Equal(
            "DELETE_COMPLETE",
            (await host.CloudFormation.CallAsync("ListStacks", ("StackStatusFilter.member.1", "DELETE_COMPLETE")))
                .Descendants("StackStatus")
                .Single()
                .Value);
        Assert.Equal(
            [
                "Second: DELETE_IN_PROGRESS",
                "Second: DELETE_COMPLETE",
                "First: DELETE_IN_PROGRESS",
                "First: DELETE_COMPLETE",
                "Folder: DELETE_IN_PROGRESS",
                "Folder: DELETE_COMPLETE",
                "files: DELETE_COMPLETE",
            ],
            (await host.CloudFormation.EventsAsync(id)).TakeLast(7));
        await host.CloudFormation.CallAsync("DeleteStack", ("StackName", "files"));
    }

    [Fact]
    public async Task A_protected_stack_can_be_deleted_once_the_protection_is_taken_off()
    {
        await using var host = await StackInstance.StartAsync();
        var template = Files(Path.Combine(host.Workspace, "x"), ("A", "fine", "Delete"));
        await host.CloudFormation.CallAsync(
            "CreateStack", ("StackName", "files"), ("TemplateBody", template), ("EnableTerminationProtection", "true"));
        var id = (await host.CloudFormation.SettledAsync("files", "CREATE_COMPLETE")).Element("StackId")!.Value;
        Assert.Contains(
            "TerminationProtection is enabled",
            await host.CloudFormation.RefusedAsync("ValidationError", "DeleteStack", ("StackName", "files")),
            StringComparison.Ordinal);

        var changed = await host.CloudFormation.CallAsync(
            "UpdateTerminationProtection", ("StackName", "files"), ("EnableTerminationProtection", "false"));
        Assert.Equal(id, changed.Element("StackId")!.Value);
        Assert.Equal("false", (await host.CloudFormation.DescribeAsync("files")).Element("EnableTerminationProtection")!.Value);
        await host.CloudFormation.CallAsync("DeleteStack", ("StackName", "files"));
        await host.CloudFormation.SettledAsync(id, "DELETE_COMPLETE");
        await host.CloudFormation.RefusedAsync(
            "ValidationError", "UpdateTerminationProtection", ("StackName", id), ("EnableTerminationProtection", "true"));
    }

    [Fact]
    public async Task A_creation_that_fails_is_rolled_back_in_reverse_and_says_why()
    {
        await using var host = await StackInstance.StartAsync();
        var folder = Path.Combine(host.Workspace, "photos");
        var template = Files(folder, ("A", "fine", "RetainExceptOnCreate"), ("B", FileHandler.Refused, "Delete"));

        await host.CloudFormation.CreateAsync("files", template);
        var stack = await host.CloudFormation.SettledAsync("files", "ROLLBACK_COMPLETE");

        Assert.False(Directory.Exists(folder));
        Assert.Contains(
            "The following resource(s) failed to create: [B]. Rollback requested by user.",
            await host.CloudFormation.ReasonsAsync("files", "files", "ROLLBACK_IN_PROGRESS"));
        Assert.Contains(
            "the content is refused",
            Assert.Single(await host.CloudFormation.ReasonsAsync("files", "B", "CREATE_FAILED")),
            StringComparison.Ordinal);
        Assert.Equal(
            [
                "A: DELETE_IN_PROGRESS",
                "A: DELETE_COMPLETE",
                "Folder: DELETE_IN_PROGRESS",
                "Folder: DELETE_COMPLETE",
                "files: ROLLBACK_COMPLETE",
            ],
            (await host.CloudFormation.EventsAsync("files")).TakeLast(5));
        await host.Logs.ProblemAsync("files", "B", "Test::Files::File", "CREATE_FAILED", "the content is refused");
        Assert.Equal(
            "Stack [files] already exists",
            await host.CloudFormation.RefusedAsync(
                "AlreadyExistsException",
                "CreateStack",
                ("StackName", "files"),
                ("TemplateBody", template)));
        Assert.Contains(
            "is in ROLLBACK_COMPLETE state and can not be updated.",
            await host.CloudFormation.RefusedAsync("ValidationError", "UpdateStack", ("StackName", "files"), ("TemplateBody", template)),
            StringComparison.Ordinal);
        await host.CloudFormation.CallAsync("DeleteStack", ("StackName", "files"));
        await host.CloudFormation.SettledAsync(stack.Element("StackId")!.Value, "DELETE_COMPLETE");
    }

    [Theory]
    [InlineData("OnFailure", "DO_NOTHING", "CREATE_FAILED", true)]
    [InlineData("DisableRollback", "true", "CREATE_FAILED", true)]
    [InlineData("OnFailure", "DELETE", "DELETE_COMPLETE", false)]
    public async Task What_happens_on_failure_is_chosen(string parameter, string value, string status, bool remains)
    {
        await using var host = await StackInstance.StartAsync();
        var folder = Path.Combine(host.Workspace, "photos");
        var created = await host.CloudFormation.CreateAsync(
            "files",
            Files(folder, ("A", "fine", "Delete"), ("B", FileHandler.Refused, "Delete")),
            (parameter, value));
        await host.CloudFormation.SettledAsync(created.Element("StackId")!.Value, status);
        Assert.Equal(remains, File.Exists(Path.Combine(folder, "A")));
    }

    [Fact]
    public async Task An_unknown_property_or_a_broken_handler_fails_the_stack_with_the_reason()
    {
        await using var host = await StackInstance.StartAsync();
        await host.CloudFormation.CreateAsync(
            "unknown",
            $"Resources:\n  A: {{ Type: Test::Files::File, Properties: {{ Folder: {host.Workspace}, Colour: red }} }}");
        await host.CloudFormation.CreateAsync("broken", Files(Path.Combine(host.Workspace, "x"), ("A", FileHandler.Broken, "Delete")));
        await host.CloudFormation.SettledAsync("unknown", "ROLLBACK_COMPLETE");
        await host.CloudFormation.SettledAsync("broken", "ROLLBACK_COMPLETE");
        Assert.Contains(
            "extraneous key [Colour] is not permitted",
            Assert.Single(await host.CloudFormation.ReasonsAsync("unknown", "A", "CREATE_FAILED")),
            StringComparison.Ordinal);
        Assert.Contains(
            "a bug",
            Assert.Single(await host.CloudFormation.ReasonsAsync("broken", "A", "CREATE_FAILED")),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_update_changes_in_place_replaces_adds_and_removes()
    {
        await using var host = await StackInstance.StartAsync();
        var folder = host.Workspace;
        string Template(string resources) => $"Parameters: {{ Text: {{ Type: String, Default: one }} }}\nResources:\n{resources}";
        string File_(string id, string name, string content) =>
            $"  {id}: {{ Type: Test::Files::File, Properties: {{ Folder: {folder}, Name: {name}, Content: {content} }} }}\n";
        await host.CloudFormation.CreateAsync(
            "files",
            Template(
                File_("Same", "same", "x")
                    + File_("Changed", "changed", "!Ref Text")
                    + File_("Replaced", "old", "x")
                    + File_("Follows", "follows", "!Ref Replaced")
                    + File_("Removed", "removed", "x")));
        await host.CloudFormation.SettledAsync("files", "CREATE_COMPLETE");
        var before = (await host.CloudFormation.EventsAsync("files")).Count;

        var updated = Template(
            File_("Same", "same", "x")
                + File_("Changed", "changed", "!Ref Text")
                + File_("Replaced", "new", "x")
                + File_("Follows", "follows", "!Ref Replaced")
                + File_("Added", "added", "x"));
        await host.CloudFormation.UpdateAsync("files", updated, CloudFormationClient.Parameters(("Text", "two")));
        var stack = await host.CloudFormation.SettledAsync("files", "UPDATE_COMPLETE");

        Assert.NotNull(stack.Element("LastUpdatedTime"));
        Assert.Equal(["added", "changed", "follows", "new", "same"], Directory.GetFiles(folder).Select(Path.GetFileName).Order());
        Assert.Equal("two", await File.ReadAllTextAsync(Path.Combine(folder, "changed"), Cancelled));
        Assert.Equal(Path.Combine(folder, "new"), await File.ReadAllTextAsync(Path.Combine(folder, "follows"), Cancelled));
        var events = (await host.CloudFormation.EventsAsync("files")).Skip(before).ToList();
        Assert.DoesNotContain("Same: UPDATE_IN_PROGRESS", events);
        Assert.True(events.IndexOf("Replaced: UPDATE_COMPLETE") < events.IndexOf("files: UPDATE_COMPLETE_CLEANUP_IN_PROGRESS"));
        Assert.True(events.IndexOf("files: UPDATE_COMPLETE_CLEANUP_IN_PROGRESS") < events.IndexOf("Replaced: DELETE_COMPLETE"));
        Assert.Contains("Removed: DELETE_COMPLETE", events);

        Assert.Equal(
            "No updates are to be performed.",
            await host.CloudFormation.RefusedAsync(
                "ValidationError",
                "UpdateStack",
                [("StackName", "files"), ("UsePreviousTemplate", "true"), .. UsePrevious("Text")]));
        await host.CloudFormation.CallAsync(
            "UpdateStack",
            [("StackName", "files"), ("UsePreviousTemplate", "true"), .. CloudFormationClient.Parameters(("Text", "three"))]);
        await host.CloudFormation.SettledAsync("files", "UPDATE_COMPLETE");
        Assert.Equal("three", await File.ReadAllTextAsync(Path.Combine(folder, "changed"), Cancelled));
    }

    [Fact]
    public async Task An_update_that_fails_gives_the_old_stack_back()
    {
        await using var host = await StackInstance.StartAsync();
        var folder = host.Workspace;
        string Template(string a, string b, string c, string extra = "") => $$"""
            Resources:
              A: { Type: "Test::Files::File", Properties: { Folder: {{folder}}, Name: a, Content: {{a}} } }
              B: { Type: "Test::Files::File", DependsOn: A, Properties: { Folder: {{folder}}, Name: {{b}}, Content: x } }
            {{extra}}  C: { Type: "Test::Files::File", DependsOn: B, Properties: { Folder: {{folder}}, Name: c, Content: {{c}} } }
            Outputs:
              B: { Value: !Ref B }
            """;
        var original = Template("one", "b1", "one");
        await host.CloudFormation.CreateAsync("files", original);
        await host.CloudFormation.SettledAsync("files", "CREATE_COMPLETE");

        await host.CloudFormation.UpdateAsync(
            "files",
            Template(
                "two",
                "b2",
                FileHandler.Refused,
                $"  Added: {{ Type: Test::Files::File, Properties: {{ Folder: {folder}, Name: added }} }}\n"));
        var stack = await host.CloudFormation.SettledAsync("files", "UPDATE_ROLLBACK_COMPLETE");

        Assert.Equal(["a", "b1", "c"], Directory.GetFiles(folder).Select(Path.GetFileName).Order());
        Assert.Equal("one", await File.ReadAllTextAsync(Path.Combine(folder, "a"), Cancelled));
        Assert.Equal("one", await File.ReadAllTextAsync(Path.Combine(folder, "c"), Cancelled));
        Assert.Equal(Path.Combine(folder, "b1"), CloudFormationClient.Output(stack, "B"));
        Assert.Equal(original, (await host.CloudFormation.CallAsync("GetTemplate", ("StackName", "files"))).Element("TemplateBody")!.Value);
        Assert.Contains(
            "the content is refused",
            (await host.CloudFormation.ReasonsAsync("files", "C", "UPDATE_FAILED"))[0],
            StringComparison.Ordinal);
        Assert.Contains(
            "The following resource(s) failed to update: [C].",
            await host.CloudFormation.ReasonsAsync("files", "files", "UPDATE_ROLLBACK_IN_PROGRESS"));

        await host.CloudFormation.UpdateAsync("files", Template("three", "b1", "one"));
        await host.CloudFormation.SettledAsync("files", "UPDATE_COMPLETE");
        Assert.Equal("three", await File.ReadAllTextAsync(Path.Combine(folder, "a"), Cancelled));
    }

    [Fact]
    public async Task A_change_set_foresees_what_its_execution_does()
    {
        await using var host = await StackInstance.StartAsync();
        var folder = host.Workspace;
        string Template(string name, string content, string last) => $$"""
            Resources:
              A: { Type: "Test::Files::File", UpdateReplacePolicy: Retain, Properties: { Folder: {{folder}}, Name: {{name}}, Content: x } }
              B: { Type: "Test::Files::File", Properties: { Folder: {{folder}}, Name: b, Content: {{content}} } }
              C: { Type: "Test::Files::File", Properties: { Folder: {{folder}}, Name: !Sub "${A.Name}.copy" } }
              {{last}}: { Type: "Test::Files::File", Properties: { Folder: {{folder}}, Name: {{last}} } }
            """;
        (string, string)[] Request(string type, string name, string template) =>
            [
                ("StackName", "files"),
                ("ChangeSetName", name),
                ("ChangeSetType", type),
                ("TemplateBody", template),
                ("Tags.member.1.Key", "k"),
                ("Tags.member.1.Value", "v"),
            ];

        Assert.Equal(
            "Stack [files] does not exist",
            await host.CloudFormation.RefusedAsync(
                "ValidationError",
                "CreateChangeSet",
                Request("UPDATE", "first", Template("a", "x", "D"))));
        var first = (await host.CloudFormation.CallAsync("CreateChangeSet", Request("CREATE", "first", Template("a", "x", "D"))))
            .Element("Id")!
            .Value;
        Assert.Equal("REVIEW_IN_PROGRESS", (await host.CloudFormation.DescribeAsync("files")).Element("StackStatus")!.Value);
        var described = await host.CloudFormation.CallAsync("DescribeChangeSet", ("ChangeSetName", first));
        Assert.Equal("CREATE_COMPLETE AVAILABLE", described.Element("Status")!.Value + " " + described.Element("ExecutionStatus")!.Value);
        Assert.Equal(["Add A", "Add B", "Add C", "Add D"], Changes(described));
        Assert.Empty(Directory.GetFiles(folder));
        await host.CloudFormation.CallAsync("ExecuteChangeSet", ("ChangeSetName", first), ("StackName", "files"));
        await host.CloudFormation.SettledAsync("files", "CREATE_COMPLETE");
        Assert.Contains(
            "EXECUTE_COMPLETE",
            await host.CloudFormation.RefusedAsync("InvalidChangeSetStatus", "ExecuteChangeSet", ("ChangeSetName", first)),
            StringComparison.Ordinal);

        await host.CloudFormation.CallAsync("CreateChangeSet", Request("UPDATE", "none", Template("a", "x", "D")));
        var none = await host.CloudFormation.CallAsync("DescribeChangeSet", ("ChangeSetName", "none"), ("StackName", "files"));
        Assert.Equal("FAILED UNAVAILABLE", none.Element("Status")!.Value + " " + none.Element("ExecutionStatus")!.Value);
        Assert.Equal(
            "The submitted information didn't contain changes. Submit different information to create a change set.",
            none.Element("StatusReason")!.Value);
        await host.CloudFormation.RefusedAsync(
            "InvalidChangeSetStatus",
            "ExecuteChangeSet",
            ("ChangeSetName", "none"),
            ("StackName", "files"));

        var second = (await host.CloudFormation.CallAsync("CreateChangeSet", Request("UPDATE", "second", Template("a2", "y", "E"))))
            .Element("Id")!
            .Value;
        described = await host.CloudFormation.CallAsync("DescribeChangeSet", ("ChangeSetName", second));
        Assert.Equal(
            ["Modify A True ReplaceAndRetain", "Modify B False", "Modify C Conditional ReplaceAndDelete", "Add E", "Remove D Delete"],
            Changes(described));
        Assert.Equal(
            3,
            (await host.CloudFormation.CallAsync("ListChangeSets", ("StackName", "files"))).Element("Summaries")!.Elements().Count());
        await host.CloudFormation.CallAsync("ExecuteChangeSet", ("ChangeSetName", second));
        await host.CloudFormation.SettledAsync("files", "UPDATE_COMPLETE");
        Assert.Equal(["E", "a", "a2", "a2.copy", "b"], Directory.GetFiles(folder).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.Equal(
            "second",
            (await host.CloudFormation.CallAsync("ListChangeSets", ("StackName", "files"))).Descendants("ChangeSetName").Single().Value);
        await host.CloudFormation.CallAsync("DeleteChangeSet", ("ChangeSetName", second));
        await host.CloudFormation.RefusedAsync("ChangeSetNotFound", "DescribeChangeSet", ("ChangeSetName", second));
    }

    [Fact]
    public async Task What_cannot_be_deleted_is_named_and_can_be_retained()
    {
        await using var host = await StackInstance.StartAsync();
        var folder = Path.Combine(host.Workspace, "photos");
        await host.CloudFormation.CreateAsync(
            "files",
            Files(folder, ("B", FileHandler.Locked, "Delete"), ("A", "x", "Delete"), ("C", "kept", "Retain")));
        var id = (await host.CloudFormation.SettledAsync("files", "CREATE_COMPLETE")).Element("StackId")!.Value;

        await host.CloudFormation.CallAsync("DeleteStack", ("StackName", "files"));
        var stack = await host.CloudFormation.SettledAsync("files", "DELETE_FAILED");

        Assert.Equal("The following resource(s) failed to delete: [B].", stack.Element("StackStatusReason")!.Value);
        Assert.Contains(
            "is locked",
            Assert.Single(await host.CloudFormation.ReasonsAsync("files", "B", "DELETE_FAILED")),
            StringComparison.Ordinal);
        Assert.Contains("C: DELETE_SKIPPED", await host.CloudFormation.EventsAsync("files"));
        Assert.Equal(["B", "C"], Directory.GetFiles(folder).Select(Path.GetFileName).Order());

        // The folder still holds what is retained; it can only be retained with it.
        await host.CloudFormation.CallAsync(
            "DeleteStack",
            ("StackName", "files"),
            ("RetainResources.member.1", "B"),
            ("RetainResources.member.2", "Folder"));
        await host.CloudFormation.SettledAsync(id, "DELETE_COMPLETE");
        Assert.Equal(["B", "C"], Directory.GetFiles(folder).Select(Path.GetFileName).Order());
    }

    [Fact]
    public async Task Exports_lead_from_stack_to_stack_and_are_protected_while_in_use()
    {
        await using var host = await StackInstance.StartAsync();
        var folder = Path.Combine(host.Workspace, "photos");
        var owner = Files(folder) + "Outputs: { Path: { Value: !Ref Folder, Export: { Name: photos-path } } }\n";
        var user = "Resources: { A: { Type: Test::Files::File, Properties: { Folder: !ImportValue photos-path, Name: a } } }";
        await host.CloudFormation.CreateAsync("user", user);
        await host.CloudFormation.SettledAsync("user", "ROLLBACK_COMPLETE");
        Assert.Contains(
            "No export named photos-path found.",
            (await host.CloudFormation.ReasonsAsync("user", "A", "CREATE_FAILED"))[0],
            StringComparison.Ordinal);

        await host.CloudFormation.CreateAsync("owner", owner);
        await host.CloudFormation.SettledAsync("owner", "CREATE_COMPLETE");
        await host.CloudFormation.CreateAsync("user2", user);
        await host.CloudFormation.SettledAsync("user2", "CREATE_COMPLETE");

        Assert.True(File.Exists(Path.Combine(folder, "a")));
        Assert.Equal(
            "user2",
            (await host.CloudFormation.CallAsync("ListImports", ("ExportName", "photos-path"))).Element("Imports")!.Value);
        Assert.Equal(
            "Export photos-path cannot be deleted as it is in use by user2",
            await host.CloudFormation.RefusedAsync("ValidationError", "DeleteStack", ("StackName", "owner")));

        await host.CloudFormation.UpdateAsync("owner", owner.Replace("Path: " + folder, $"Path: {folder}2", StringComparison.Ordinal));
        var stack = await host.CloudFormation.SettledAsync("owner", "UPDATE_ROLLBACK_COMPLETE");
        Assert.Equal(
            "Export photos-path cannot be updated as it is in use by user2",
            Assert.Single(await host.CloudFormation.ReasonsAsync("owner", "owner", "UPDATE_ROLLBACK_IN_PROGRESS")));
        Assert.Equal(folder, CloudFormationClient.Output(stack, "Path"));
        await host.CloudFormation.UpdateAsync("owner", Files(folder));
        await host.CloudFormation.SettledAsync("owner", "UPDATE_ROLLBACK_COMPLETE");
        Assert.Contains(
            "Export photos-path cannot be deleted as it is in use by user2",
            await host.CloudFormation.ReasonsAsync("owner", "owner", "UPDATE_ROLLBACK_IN_PROGRESS"));
    }

    [Fact]
    public async Task A_repeated_request_with_the_same_token_is_the_same_request()
    {
        await using var host = await StackInstance.StartAsync();
        var template = Files(Path.Combine(host.Workspace, "photos"));
        var first = await host.CloudFormation.CreateAsync("files", template, ("ClientRequestToken", "t1"));
        var again = await host.CloudFormation.CreateAsync("files", template, ("ClientRequestToken", "t1"));
        Assert.Equal(first.Element("StackId")!.Value, again.Element("StackId")!.Value);
        await host.CloudFormation.RefusedAsync(
            "AlreadyExistsException",
            "CreateStack",
            ("StackName", "files"),
            ("TemplateBody", template),
            ("ClientRequestToken", "t2"));
        await host.CloudFormation.SettledAsync("files", "CREATE_COMPLETE");
    }

    [Fact]
    public async Task Requests_that_make_no_sense_are_refused_with_their_reason()
    {
        await using var host = await StackInstance.StartAsync();
        var template = Files(Path.Combine(host.Workspace, "photos"));
        Task<string> Create(params (string, string)[] parameters) =>
            host.CloudFormation.RefusedAsync("ValidationError", "CreateStack", parameters);
        Assert.Contains("'stackName'", await Create(("TemplateBody", template)), StringComparison.Ordinal);
        Assert.Contains("[a-zA-Z][-a-zA-Z0-9]*", await Create(("StackName", "1/2"), ("TemplateBody", template)), StringComparison.Ordinal);
        Assert.Contains("Template Body must be specified", await Create(("StackName", "s")), StringComparison.Ordinal);
        Assert.Contains(
            "51200",
            await Create(("StackName", "s"), ("TemplateBody", template + new string('#', 52_000))),
            StringComparison.Ordinal);
        Assert.Contains(
            "CAPABILITY_IAM",
            await Create(("StackName", "s"), ("TemplateBody", template), ("Capabilities.member.1", "CAPABILITY_ALL")),
            StringComparison.Ordinal);
        Assert.Contains(
            "either DisableRollback or OnFailure",
            await Create(("StackName", "s"), ("TemplateBody", template), ("DisableRollback", "true"), ("OnFailure", "DELETE")),
            StringComparison.Ordinal);
        Assert.Equal(
            "ResourceTypes.member.1 is not supported by local AWS",
            await Create(("StackName", "s"), ("TemplateBody", template), ("ResourceTypes.member.1", "AWS::*")));
        await host.CloudFormation.RefusedAsync("InvalidAction", "CreateMagic");
        Assert.Equal(
            "Stack with id s does not exist",
            await host.CloudFormation.RefusedAsync("ValidationError", "UpdateStack", ("StackName", "s"), ("TemplateBody", template)));
        var summary = await host.CloudFormation.CallAsync("GetTemplateSummary", ("TemplateBody", template));
        Assert.Equal("Test::Files::Folder", summary.Element("ResourceTypes")!.Value);
        Assert.Contains(
            "Recources",
            await host.CloudFormation.RefusedAsync("ValidationError", "ValidateTemplate", ("TemplateBody", "Recources: {}")),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Stacks_outlive_a_restart()
    {
        await using var owner = await StackInstance.StartAsync();
        var folder = owner.Options.DataDirectory + "-restart";
        try
        {
            string before, events;
            await using (var host = await StackInstance.StartAsync(folder))
            {
                await host.CloudFormation.CreateAsync("files", Files(Path.Combine(host.Workspace, "photos"), ("A", "x", "Delete")));
                before = (await host.CloudFormation.SettledAsync("files", "CREATE_COMPLETE")).ToString();
                events = (await host.CloudFormation.CallAsync("DescribeStackEvents", ("StackName", "files"))).ToString();
            }

            await using (var host = await StackInstance.StartAsync(folder))
            {
                Assert.Equal(before, (await host.CloudFormation.DescribeAsync("files")).ToString());
                Assert.Equal(events, (await host.CloudFormation.CallAsync("DescribeStackEvents", ("StackName", "files"))).ToString());
                await host.CloudFormation.UpdateAsync("files", Files(Path.Combine(host.Workspace, "photos"), ("A", "y", "Delete")));
                await host.CloudFormation.SettledAsync("files", "UPDATE_COMPLETE");
                Assert.Equal("y", await File.ReadAllTextAsync(Path.Combine(host.Workspace, "photos", "A"), Cancelled));
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Theory]
    [InlineData("create", "CREATE_COMPLETE")]
    [InlineData("update", "UPDATE_COMPLETE")]
    [InlineData("replace", "UPDATE_COMPLETE")]
    public async Task An_operation_that_a_crash_interrupted_is_finished_at_the_next_start(string operation, string status)
    {
        await using var host = await StackInstance.StartAsync();
        var folder = Path.Combine(host.Workspace, "photos");
        string Template(string name, string content) =>
            Files(folder, (name, content, "Delete"), ("Last", "last", "Delete")).Replace($"  {name}:", "  File:", StringComparison.Ordinal);
        host.Files.Hangs = true;
        var inProgress = "File: CREATE_IN_PROGRESS";
        if (operation == "create")
        {
            await host.CloudFormation.CreateAsync("files", Template("a", FileHandler.Slow));
        }
        else
        {
            inProgress = "File: UPDATE_IN_PROGRESS";
            await host.CloudFormation.CreateAsync("files", Template("a", "quick"));
            await host.CloudFormation.SettledAsync("files", "CREATE_COMPLETE");
            await host.CloudFormation.UpdateAsync("files", Template(operation == "replace" ? "b" : "a", FileHandler.Slow));
        }

        var file = Path.Combine(folder, operation == "replace" ? "b" : "a");
        while (
            !(await host.CloudFormation.EventsAsync("files")).Contains(inProgress)
            || !File.Exists(file)
            || await File.ReadAllTextAsync(file, Cancelled) != FileHandler.Slow)
        {
            await Task.Delay(20, Cancelled);
        }

        var crashed = host.Crash();
        try
        {
            // At the next start it is finished before anybody can ask.
            await using var next = await StackInstance.StartAsync(crashed);
            Assert.Equal(status, (await next.CloudFormation.DescribeAsync("files")).Element("StackStatus")!.Value);
            Assert.Equal(FileHandler.Slow, await File.ReadAllTextAsync(file, Cancelled));
            Assert.True(File.Exists(Path.Combine(folder, "Last")));
            Assert.Equal(operation != "replace", File.Exists(Path.Combine(folder, "a")));
        }
        finally
        {
            Directory.Delete(crashed, recursive: true);
        }
    }

    [Theory]
    [InlineData("delete", "DELETE_COMPLETE")]
    [InlineData("rollback", "ROLLBACK_COMPLETE")]
    [InlineData("cleanup", "UPDATE_COMPLETE")]
    public async Task A_deletion_that_a_crash_interrupted_is_finished_at_the_next_start(string operation, string status)
    {
        await using var host = await StackInstance.StartAsync();
        var folder = Path.Combine(host.Workspace, "photos");
        var slow = ("Slow", FileHandler.SlowToDelete, "Delete");
        host.Files.Hangs = true;
        var created = await host.CloudFormation.CreateAsync(
            "files",
            operation == "rollback" ? Files(folder, slow, ("B", FileHandler.Refused, "Delete")) : Files(folder, slow));
        if (operation != "rollback")
        {
            await host.CloudFormation.SettledAsync("files", "CREATE_COMPLETE");
            await (
                operation == "delete"
                    ? host.CloudFormation.CallAsync("DeleteStack", ("StackName", "files"))
                    : host.CloudFormation.UpdateAsync("files", Files(folder)));
        }

        var id = created.Element("StackId")!.Value;
        while (
            !(await host.CloudFormation.EventsAsync(id)).Contains("Slow: DELETE_IN_PROGRESS") || File.Exists(Path.Combine(folder, "Slow")))
        {
            await Task.Delay(20, Cancelled);
        }

        var crashed = host.Crash();
        try
        {
            await using var next = await StackInstance.StartAsync(crashed);
            Assert.Equal(status, (await next.CloudFormation.DescribeAsync(id)).Element("StackStatus")!.Value);
            Assert.Contains("Slow: DELETE_COMPLETE", await next.CloudFormation.EventsAsync(id));
            Assert.Equal(operation == "cleanup", Directory.Exists(folder));
        }
        finally
        {
            Directory.Delete(crashed, recursive: true);
        }
    }

    [Fact]
    public async Task An_update_that_is_not_rolled_back_can_be_repaired()
    {
        await using var host = await StackInstance.StartAsync();
        var folder = host.Workspace;
        string Template(string name, string content) => $$"""
            Resources:
              A: { Type: "Test::Files::File", Properties: { Folder: {{folder}}, Name: {{name}} } }
              B: { Type: "Test::Files::File", DependsOn: A, Properties: { Folder: {{folder}}, Name: b, Content: {{content}} } }
            """;
        await host.CloudFormation.CreateAsync("files", Template("a1", "x"));
        await host.CloudFormation.SettledAsync("files", "CREATE_COMPLETE");
        await host.CloudFormation.UpdateAsync("files", Template("a2", FileHandler.Refused), ("DisableRollback", "true"));
        await host.CloudFormation.SettledAsync("files", "UPDATE_FAILED");
        Assert.Equal(["a1", "a2", "b"], Directory.GetFiles(folder).Select(Path.GetFileName).Order());

        await host.CloudFormation.UpdateAsync("files", Template("a2", "y"));
        await host.CloudFormation.SettledAsync("files", "UPDATE_COMPLETE");
        Assert.Equal(["a2", "b"], Directory.GetFiles(folder).Select(Path.GetFileName).Order());
        Assert.Equal("y", await File.ReadAllTextAsync(Path.Combine(folder, "b"), Cancelled));
    }

    [Fact]
    public async Task Operations_and_resources_have_spans()
    {
        await using var host = await StackInstance.StartAsync();
        var spans = new System.Collections.Concurrent.ConcurrentBag<Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == LocalAwsTelemetry.Name,
            Sample = (ref _) => ActivitySamplingResult.AllData,
            ActivityStopped = spans.Add,
        };
        ActivitySource.AddActivityListener(listener);
        await host.CloudFormation.CreateAsync(
            "spanned",
            Files(Path.Combine(host.Workspace, "photos"), ("Wrong", FileHandler.Refused, "Delete")));
        await host.CloudFormation.SettledAsync("spanned", "ROLLBACK_COMPLETE");
        while (!spans.Any(span => span.OperationName == "CloudFormation CreateStack spanned"))
        {
            await Task.Delay(20, Cancelled);
        }

        var failed = Assert.Single(spans, span => span.OperationName == "CloudFormation Create Wrong");
        Assert.Equal(ActivityStatusCode.Error, failed.Status);
        Assert.Equal("Test::Files::File", failed.GetTagItem("aws.cloudformation.resource_type"));
        Assert.Equal(Assert.Single(spans, span => span.OperationName == "CloudFormation CreateStack spanned").SpanId, failed.ParentSpanId);
    }

    /// <summary>A folder with files, each with a logical id that is also its name.</summary>
    private static string Files(string folder, params (string Id, string Content, string DeletionPolicy)[] files)
    {
        var template = $"Resources:\n  Folder: {{ Type: Test::Files::Folder, Properties: {{ Path: {folder} }} }}\n";
        string? previous = null;
        foreach (var (id, content, policy) in files)
        {
            var dependsOn = previous is null ? "" : $"DependsOn: {(previous is "a" or "b" ? "File" : previous)}, ";
            template +=
                $"  {id}: {{ Type: Test::Files::File, {dependsOn}DeletionPolicy: {policy}, "
                + $"Properties: {{ Folder: !Ref Folder, Name: {id}, Content: {content} }} }}\n";
            previous = id;
        }

        return template;
    }

    private static (string, string)[] UsePrevious(string parameter) =>
        [("Parameters.member.1.ParameterKey", parameter), ("Parameters.member.1.UsePreviousValue", "true")];

    private static IEnumerable<string> Changes(System.Xml.Linq.XElement changeSet) =>
        changeSet
            .Element("Changes")!
            .Elements("member")
            .Select(change => change.Element("ResourceChange")!)
            .Select(change =>
                string.Join(
                    ' ',
                    new[]
                    {
                        change.Element("Action")?.Value,
                        change.Element("LogicalResourceId")?.Value,
                        change.Element("Replacement")?.Value,
                        change.Element("PolicyAction")?.Value,
                    }.Where(part => part is not null)));
}
