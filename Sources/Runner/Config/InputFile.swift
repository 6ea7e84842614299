import CloudUtil
import Foundation

/// A file in which a user describes something in a few lines.
struct InputFile<Input: UserInput>: Equatable, Sendable {
  /// As the user gave it.
  var path: String

  /// A file beyond this is something else.
  private static var maximumBytes: Int { 1 << 20 }

  /// The text as it stands in the file.
  func bytes() throws(FileCheck.Unusable) -> [UInt8] {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
      throw FileCheck.Unusable(
        description: "no such file; give the path of \(Input.kind), such as \(Input.example)")
    }
    guard !isFolder.boolValue else { throw FileCheck.Unusable(description: "a folder; give the path of \(Input.kind)") }
    // At the end of an empty file there is no data, which is no error.
    guard let handle = FileHandle(forReadingAtPath: path),
      let data = try? handle.read(upToCount: Self.maximumBytes + 1) ?? Data()
    else { throw FileCheck.Unusable(description: "cannot be read (no permission?)") }
    guard data.count <= Self.maximumBytes else {
      throw FileCheck.Unusable(description: "larger than \(Self.maximumBytes) bytes; not \(Input.kind)")
    }
    return Array(data)
  }

  /// The values of a file written in YAML.
  func yaml() throws(Invalid<Input>) -> JSONNode {
    do {
      return JSONNode(try YAMLParser.parse(try bytes()), source: path)
    } catch let error as YAMLError {
      let origin = Origin(source: path, line: error.place.line, column: error.place.column)
      throw Invalid(problems: [Problem(origin: origin, keyPath: error.keyPath, message: error.message)])
    } catch {
      throw Invalid(problems: [Problem(origin: Origin(source: path), keyPath: "", message: "\(error)")])
    }
  }
}

extension JSONNode {
  /// YAML holds the same values as JSON: what reads one reads the other, with the same words for what is wrong.
  init(_ node: YAMLNode, source: String) {
    func origin(_ place: YAMLNode.Place) -> Origin { Origin(source: source, line: place.line, column: place.column) }
    let value: Value =
      switch node.value {
      case .null: .null
      case .bool(let flag): .bool(flag)
      case .number(let text): .number(text)
      case .string(let text): .string(text)
      case .list(let items): .array(items.map { JSONNode($0, source: source) })
      case .mapping(let members):
        .object(
          members.map {
            Member(key: $0.key, keyOrigin: origin($0.keyPlace), node: JSONNode($0.node, source: source))
          })
      }
    self.init(value: value, origin: origin(node.place))
  }
}
