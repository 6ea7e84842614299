import Foundation
import FoundationXML

/// Reads XML into `ReplyElement`s, within bounds: what answers need not be AWS.
public enum ReplyParser {
  /// Bytes of a reply. That of 1000 instances has 7 MB.
  public static let maxSize_bytes = 32 << 20
  /// Elements within each other. EC2's replies have about ten.
  public static let maxDepth = 64
  public static let maxElements = 1_000_000

  /// - Throws: `ReplyProblem` for anything but one well-formed element within the bounds, without a document type: entities
  ///   of one's own have no place in a reply.
  public static func parse(_ body: [UInt8]) throws -> ReplyElement {
    guard body.count <= maxSize_bytes else { throw ReplyProblem("it is larger than \(maxSize_bytes) bytes") }
    guard body.contains(where: { !" \t\r\n".utf8.contains($0) }) else { throw ReplyProblem("it is empty") }
    // FoundationXML ends the program at a name that is not UTF-8.
    guard String(validating: body, as: UTF8.self) != nil else { throw ReplyProblem("it is not UTF-8") }
    let start = String(decoding: body.prefix(1024), as: UTF8.self).lowercased()
    if start.contains("<!doctype html") || start.contains("<html") {
      throw ReplyProblem("it is a page of HTML, as of a proxy")
    }
    if start.contains("<!doctype") { throw ReplyProblem("it declares a document type") }
    let tree = TreeBuilder()
    let parser = XMLParser(data: Data(body))
    parser.shouldResolveExternalEntities = false
    parser.delegate = tree
    // What it returns says little: not of an element that is not closed, nor of a second root.
    let isWellFormed = parser.parse()
    if let problem = tree.problem { throw problem }
    guard isWellFormed, tree.isClosed, let root = tree.root else { throw ReplyProblem("it is no XML, or cut off") }
    return root
  }
}

/// Builds the tree of what the parser meets; only ever used within one call of `ReplyParser.parse`.
private final class TreeBuilder: NSObject, XMLParserDelegate {
  private(set) var root: ReplyElement?
  private(set) var problem: ReplyProblem?
  /// From the root to where the parser is.
  private var open: [ReplyElement] = []
  private var count = 0

  /// Every element that began has ended.
  var isClosed: Bool { open.isEmpty }

  func parser(
    _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?,
    attributes: [String: String]
  ) {
    count += 1
    if open.count >= ReplyParser.maxDepth {
      stop(parser, "it has more than \(ReplyParser.maxDepth) elements within each other")
    } else if count > ReplyParser.maxElements {
      stop(parser, "it has more than \(ReplyParser.maxElements) elements")
    } else {
      open.append(ReplyElement(name))
    }
  }

  func parser(
    _ parser: XMLParser, didEndElement name: String, namespaceURI: String?, qualifiedName: String?
  ) {
    guard problem == nil, var element = open.popLast() else { return }
    if !element.children.isEmpty { element.text = "" }
    if open.isEmpty { root = element } else { open[open.count - 1].children.append(element) }
  }

  func parser(_ parser: XMLParser, foundCharacters text: String) { append(text) }

  func parser(_ parser: XMLParser, foundCDATA block: Data) { append(String(decoding: block, as: UTF8.self)) }

  func parser(
    _ parser: XMLParser, foundInternalEntityDeclarationWithName name: String, value: String?
  ) { stop(parser, "it declares entities") }

  func parser(
    _ parser: XMLParser, foundExternalEntityDeclarationWithName name: String, publicID: String?, systemID: String?
  ) { stop(parser, "it declares entities") }

  func parser(_ parser: XMLParser, parseErrorOccurred error: any Error) {
    // libxml2's XML_WAR_NS_URI to XML_NS_ERR_COLON: of namespaces, which are dropped.
    let isOfNamespace = [99...100, 200...205].contains { $0.contains((error as NSError).code) }
    if !isOfNamespace { stop(parser, "it is no XML (line \(parser.lineNumber))") }
  }

  private func append(_ text: String) {
    guard problem == nil, !open.isEmpty else { return }
    open[open.count - 1].text += text
  }

  private func stop(_ parser: XMLParser, _ reason: String) {
    guard problem == nil else { return }
    problem = ReplyProblem(reason)
    parser.abortParsing()
  }
}
