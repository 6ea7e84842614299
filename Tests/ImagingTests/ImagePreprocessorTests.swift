import Foundation
import Testing

@testable import Imaging

@Suite struct ImagePreprocessorTests {
  /// Writes <name>.jpg and <name>.f32, what PyTorch makes of it.
  private static let reference = """
    import sys
    import numpy, torch
    from PIL import Image
    folder = sys.argv[1]
    random = numpy.random.default_rng(7)
    mean = torch.tensor([0.485, 0.456, 0.406]).view(3, 1, 1)
    deviation = torch.tensor([0.229, 0.224, 0.225]).view(3, 1, 1)

    def picture(width, height, noise):
        y, x = numpy.mgrid[0:height, 0:width].astype(numpy.float64)
        smooth = [127 + 120 * numpy.sin(x / 17 + c) * numpy.cos(y / 11 + c) for c in range(3)]
        values = numpy.stack(smooth, 2) + random.normal(0, noise, (height, width, 3))
        return Image.fromarray(values.clip(0, 255).astype(numpy.uint8))

    def write(name, image, **options):
        path = folder + "/" + name
        image.save(path + ".jpg", **options)
        pixels = torch.from_numpy(numpy.array(Image.open(path + ".jpg").convert("RGB"))).permute(2, 0, 1)
        pixels = pixels.to(torch.float32).unsqueeze(0) / 255
        resized = torch.nn.functional.interpolate(
            pixels, size=(224, 224), mode="bilinear", align_corners=False, antialias=False)[0]
        ((resized - mean) / deviation).numpy().astype("<f4").tofile(path + ".f32")

    write("photo", picture(500, 375, 10), quality=90)
    write("portrait", picture(333, 517, 5), quality=75)
    write("exact", picture(224, 224, 30), quality=95, subsampling=0)
    write("small", picture(31, 17, 0), quality=95)
    write("pixel", picture(1, 1, 0), quality=95)
    write("strip", picture(1000, 3, 20), quality=80)
    write("progressive", picture(640, 480, 10), quality=85, progressive=True)
    write("grey", picture(320, 240, 10).convert("L"), quality=90)
    picture(50, 40, 0).convert("CMYK").save(folder + "/cmyk.jpg")
    """

  private func preprocess(_ bytes: [UInt8]) throws -> [Float] {
    let preprocessor = try #require(ImagePreprocessor())
    var input = [Float](repeating: .nan, count: ImagePreprocessor.elements)
    try bytes.withUnsafeBytes { jpeg in
      try input.withUnsafeMutableBufferPointer { try preprocessor.preprocess(jpeg, into: $0) }
    }
    return input
  }

  @Test(
    "Colour, grey, progressive, large and tiny images come out as PyTorch makes them",
    .enabled(
      if: Python.has("torch", "PIL", "numpy") || isAllRequired, "needs python3-torch, python3-pil and python3-numpy"))
  func likePyTorch() throws {
    try withTemporaryFolder { folder in
      try Python.run(ImagePreprocessorTests.reference, folder.path)
      for name in ["photo", "portrait", "exact", "small", "pixel", "strip", "progressive", "grey"] {
        let found = try preprocess([UInt8](Data(contentsOf: folder.appendingPathComponent(name + ".jpg"))))
        let bytes = try Data(contentsOf: folder.appendingPathComponent(name + ".f32"))
        let expected = bytes.withUnsafeBytes { Array($0.bindMemory(to: Float.self)) }
        try #require(expected.count == found.count)
        let worst = zip(found, expected).map { abs($0 - $1) }.max()
        #expect(try #require(worst) < 1e-3, "\(name)")
      }
      let cmyk = try [UInt8](Data(contentsOf: folder.appendingPathComponent("cmyk.jpg")))
      #expect(throws: ImageError.unsupportedColours) { try preprocess(cmyk) }

      let photo = try [UInt8](Data(contentsOf: folder.appendingPathComponent("photo.jpg")))
      #expect(throws: ImageError.self, "cut short") { try preprocess(Array(photo.prefix(photo.count / 2))) }
      for length in [0, 1, 2, 100] {
        #expect(throws: ImageError.self, "\(length) bytes") { try preprocess(Array(photo.prefix(length))) }
      }
    }
  }

  @Test("What is no JPEG is refused, and the preprocessor goes on", arguments: UInt64(0)..<50)
  func garbage(seed: UInt64) throws {
    var state = seed
    let bytes = (0..<200).map { _ -> UInt8 in
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return UInt8(truncatingIfNeeded: state >> 33)
    }
    #expect(throws: ImageError.self, "seed \(seed)") { try preprocess(bytes) }
    #expect(throws: ImageError.self, "seed \(seed)") { try preprocess([0xFF, 0xD8, 0xFF] + bytes) }
    #expect(throws: ImageError.notJPEG("no bytes")) { try preprocess([]) }
  }

  @Test("An image of absurd dimensions is refused on its header")
  func absurd() {
    // Start of image, then a frame header of 65,500 x 65,500 grey pixels, a scan header, end of image.
    let header: [UInt8] =
      [0xFF, 0xD8, 0xFF, 0xC0, 0, 11, 8, 0xFF, 0xDC, 0xFF, 0xDC, 1, 1, 0x11, 0]
      + [0xFF, 0xDA, 0, 8, 1, 1, 0, 0, 63, 0, 0xFF, 0xD9]
    #expect(throws: ImageError.tooLarge(width: 65500, height: 65500, limit: 64 << 20)) { try preprocess(header) }
  }
}
