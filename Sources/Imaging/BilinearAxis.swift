/// Where each of `to` samples along one axis lies among `from`: between `lower` and `upper`, `weight` of the way.
///
/// Bilinear interpolation without antialiasing, a pixel being a square around its centre: sample i is at
/// (i + 0.5) from / to - 0.5, not below 0, and beyond the last pixel is the last pixel
/// (PyTorch's `interpolate(mode="bilinear", align_corners=False, antialias=False)`).
struct BilinearAxis {
  var lower: [Int]
  var upper: [Int]
  var weight: [Float]

  init(from: Int, to: Int) {
    let scale = Float(from) / Float(to)
    lower = []
    upper = []
    weight = []
    for index in 0..<to {
      let position = max(0, (Float(index) + 0.5) * scale - 0.5)
      let below = min(Int(position), from - 1)
      lower.append(below)
      upper.append(min(below + 1, from - 1))
      weight.append(position - Float(below))
    }
  }
}
