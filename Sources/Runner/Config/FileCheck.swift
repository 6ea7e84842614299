import Foundation
import Serving

/// Reads the files that an experiment names far enough to say, before anything is started, that they will do.
struct FileCheck {
  /// Why a file will not do.
  struct Unusable: Error, Equatable, CustomStringConvertible {
    var description: String
  }

  var locator: FileLocator

  /// - Returns: the absolute path.
  /// - Throws: `Unusable` if it is not there, or cannot be read as a TorchScript file (a zip archive).
  func model(_ path: String) throws(Unusable) -> String {
    let file = try existing(path)
    guard let handle = FileHandle(forReadingAtPath: file), let start = try? handle.read(upToCount: 4) ?? Data()
    else {
      throw Unusable(description: "\(file) cannot be read")
    }
    guard start.elementsEqual([0x50, 0x4b, 0x03, 0x04]) else {
      throw Unusable(description: "\(file) is not a TorchScript file, as torch.jit.save writes it")
    }
    switch FileCheck.torchScript(file) {
    case .whole: return file
    case .cut: throw Unusable(description: "\(file) is cut short: the end of its archive is missing")
    case .other:
      throw Unusable(
        description: "\(file) is no TorchScript but something else that torch.save or zip wrote; "
          + "save the model with torch.jit.script(model).save(...)")
    }
  }

  private enum Archive { case whole, cut, other }

  /// What the table of contents at the end of a zip archive says: TorchScript has `<name>/constants.pkl` in it.
  private static func torchScript(_ file: String) -> Archive {
    let most: UInt64 = 4 << 20
    guard let handle = FileHandle(forReadingAtPath: file), let size = try? handle.seekToEnd(),
      (try? handle.seek(toOffset: size > most ? size - most : 0)) != nil, let tail = try? handle.readToEnd(),
      tail.range(of: Data([0x50, 0x4b, 0x05, 0x06]), options: .backwards) != nil
    else { return .cut }
    return tail.range(of: Data("/constants.pkl".utf8)) == nil ? .other : .whole
  }

  /// The seconds of a trace: from 0 to 30 days, ascending.
  /// - Throws: as `numbers`.
  func trace(_ path: String) throws(Unusable) -> [Double] {
    try numbers(path, upTo: NumberLines.maximumTrace_s, ascending: true)
  }

  /// Numbers from 0 to `most`, one a line; blank lines mean nothing.
  /// - Throws: `Unusable`, with the line, if one is not or is out of order.
  func numbers(_ path: String, upTo most: Double, ascending: Bool = false) throws(Unusable) -> [Double] {
    let file = try existing(path)
    guard let data = FileManager.default.contents(atPath: file), let text = String(data: data, encoding: .utf8) else {
      throw Unusable(description: "\(file) cannot be read as text")
    }
    let numbers: [Double]
    do throws(NumberLines.Malformed) {
      numbers = try NumberLines.parse(text, in: 0...most, ascending: ascending).map(\.number)
    } catch {
      throw Unusable(description: "\(file):\(error.line): \(error.reason), one a line")
    }
    guard !numbers.isEmpty else { throw Unusable(description: "\(file) is empty; allowed: a number >= 0 a line") }
    return numbers
  }

  /// - Throws: `Unusable` if this is no folder with a .jpg or .jpeg in it.
  func images(_ path: String) throws(Unusable) {
    let folder = try existing(path)
    guard let names = try? FileManager.default.contentsOfDirectory(atPath: folder) else {
      throw Unusable(description: "\(folder) is not a folder that can be read")
    }
    guard names.contains(where: Self.isImage) else {
      throw Unusable(description: "\(folder) has no .jpg or .jpeg file")
    }
  }

  /// The size of the largest image of the folder; 0 if there is none.
  func largestImage_bytes(_ path: String) -> Int { imageSizes_bytes(path).max() ?? 0 }

  /// The sizes of the folder's images, in the order of their names, which is that of samples.
  func imageSizes_bytes(_ path: String) -> [Int] {
    guard let folder = locator.find(path), let names = try? FileManager.default.contentsOfDirectory(atPath: folder)
    else { return [] }
    return names.filter(Self.isImage).sorted().map { name in
      let attributes = try? FileManager.default.attributesOfItem(atPath: "\(folder)/\(name)")
      return (attributes?[.size] as? NSNumber)?.intValue ?? 0
    }
  }

  private static func isImage(_ name: String) -> Bool {
    let name = name.lowercased()
    return name.hasSuffix(".jpg") || name.hasSuffix(".jpeg")
  }

  private func existing(_ path: String) throws(Unusable) -> String {
    guard let file = locator.find(path) else {
      let places = locator.candidates(path)
      throw Unusable(description: "there is no \(places.joined(separator: " and no "))")
    }
    return file
  }
}
