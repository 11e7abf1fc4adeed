namespace ImageApp.Tests.Fuzzing;

/// <summary>A template that uses everything that templates can do here.</summary>
internal static class TemplateText
{
    public const string Yaml = """
        AWSTemplateFormatVersion: "2010-09-09"
        Description: everything
        Parameters:
          Name: { Type: String, Default: photos, AllowedPattern: "[a-z]+", MinLength: 1, MaxLength: 20 }
          Names: { Type: CommaDelimitedList, Default: "a, b,c" }
          Count: { Type: Number, Default: 3, MinValue: 1, MaxValue: 9, AllowedValues: [1, 3] }
        Mappings:
          Sizes: { us-east-1: { Small: 10, Zones: [x, y] } }
        Conditions:
          IsPhotos: !Equals [!Ref Name, photos]
          IsNot: !Not [!Condition IsPhotos]
          Both: !And [!Condition IsPhotos, !Equals ["3", !Ref Count]]
          Either: !Or [!Condition IsNot, !Equals [!If [IsPhotos, a, b], b]]
        Resources:
          Folder:
            Type: "Test::Files::Folder"
            DeletionPolicy: Retain
            Properties: { Path: !Sub "/tmp/${Name}-${AWS::Region}" }
          File:
            Type: "Test::Files::File"
            Condition: IsPhotos
            DependsOn: [Folder]
            Properties:
              Path: !Join ["/", [!GetAtt Folder.Path, !Select [1, !Split ["|", "x|y"]]]]
              Content: !If [Both, !Base64 hello, !Ref AWS::NoValue]
        Outputs:
          A: { Value: !FindInMap [Sizes, !Ref AWS::Region, Small] }
          B: { Value: !Join [",", !Cidr [10.0.0.0/16, 3, 8]], Export: { Name: !Sub "${AWS::StackName}-b" } }
          C: { Value: !Join [",", !GetAZs ""], Condition: Either }
          D: { Value: !Sub ["${X}-${File}", { X: !ImportValue shared }], Condition: IsPhotos }
        """;
}
