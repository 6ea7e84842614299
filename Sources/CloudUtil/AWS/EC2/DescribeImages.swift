/// Tells of machine images.
public struct DescribeImages: PagedEC2Request, Hashable {
  public typealias Item = Image

  public static let action = "DescribeImages"

  public var imageIDs: [String]
  /// Account numbers, or `self`, `amazon`.
  public var owners: [String]
  public var filters: [Filter]
  public var maxResults: Int?
  public var nextToken: String?
  public var dryRun: Bool?

  public init(imageIDs: [String] = [], owners: [String] = [], filters: [Filter] = [], maxResults: Int? = nil) {
    self.imageIDs = imageIDs
    self.owners = owners
    self.filters = filters
    self.maxResults = maxResults
  }

  public var parameters: QueryStructure {
    [
      "ImageId": imageIDs, "Owner": owners, "Filter": filters, "MaxResults": maxResults, "NextToken": nextToken,
      "DryRun": dryRun,
    ]
  }

  public static func response(_ reply: ReplyElement) throws -> Page<Image> {
    Page(try reply.items("imagesSet").map(Image.init), nextToken: reply.text("nextToken"))
  }
}
