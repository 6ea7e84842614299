/// Elementary functions whose every bit is the same on every machine, by IEEE additions, multiplications and divisions alone.
///
/// Those of the C library differ in the last bit between its versions and between processors with and without fused
/// multiply-add. Swift fuses nothing by itself.
public enum PortableMath {
  /// ln 2 in two parts: the first has so few bits that its multiples are exact.
  private static let ln2High = 0x1.62e42feep-1
  private static let ln2Low = 0x1.a39ef35793c76p-33

  /// The natural logarithm; relative error below 1e-15. Of 0 it is -infinity, of less than 0 no number.
  ///
  /// With x = 2^e m, m from sqrt(1/2) to sqrt(2), and s = (m - 1) / (m + 1): ln m = 2 (s + s^3/3 + s^5/5 + ...).
  public static func log(_ x: Double) -> Double {
    guard x > 0, x < .infinity else { return x == 0 ? -.infinity : x > 0 ? x : .nan }
    // Numbers below the normal ones are made normal first.
    let (scaled, shift) = x < 0x1p-1022 ? (x * 0x1p54, -54.0) : (x, 0.0)
    let bits = scaled.bitPattern
    var exponent = Double(Int(bits >> 52) - 1023) + shift
    var m = Double(bitPattern: bits & 0x000f_ffff_ffff_ffff | 0x3ff0_0000_0000_0000)
    if m > 1.4142135623730951 {
      m *= 0.5
      exponent += 1
    }
    let s = (m - 1) / (m + 1)
    let z = s * s
    var series = 1.0 / 23
    series = series * z + 1.0 / 21
    series = series * z + 1.0 / 19
    series = series * z + 1.0 / 17
    series = series * z + 1.0 / 15
    series = series * z + 1.0 / 13
    series = series * z + 1.0 / 11
    series = series * z + 1.0 / 9
    series = series * z + 1.0 / 7
    series = series * z + 1.0 / 5
    series = series * z + 1.0 / 3
    return exponent * ln2High + (2 * s + (2 * s * z * series + exponent * ln2Low))
  }

  /// e to the power of x; relative error below 1e-15 where the result is a normal number.
  ///
  /// With x = k ln 2 + r, |r| <= ln(2)/2: 2^k times the Taylor series of e^r.
  public static func exp(_ x: Double) -> Double {
    guard x == x else { return x }
    guard x < 709.79 else { return .infinity }
    guard x > -745.2 else { return 0 }
    let k = (x * 1.4426950408889634).rounded()
    let r = (x - k * ln2High) - k * ln2Low
    var series = 1.0 / 87_178_291_200
    series = series * r + 1.0 / 6_227_020_800
    series = series * r + 1.0 / 479_001_600
    series = series * r + 1.0 / 39_916_800
    series = series * r + 1.0 / 3_628_800
    series = series * r + 1.0 / 362_880
    series = series * r + 1.0 / 40_320
    series = series * r + 1.0 / 5040
    series = series * r + 1.0 / 720
    series = series * r + 1.0 / 120
    series = series * r + 1.0 / 24
    series = series * r + 1.0 / 6
    series = series * r + 0.5
    let power = 1 + (r + r * r * series)
    // In two steps, for 2^k alone may be too large or too small to be a normal number.
    let half = Int(k) / 2
    return power * powerOf2(half) * powerOf2(Int(k) - half)
  }

  /// - Parameter exponent: of a normal number.
  private static func powerOf2(_ exponent: Int) -> Double { Double(bitPattern: UInt64(exponent + 1023) << 52) }

  /// The value that a standard normal variable falls below with probability `p`, 0 < p < 1; relative error below 1e-15.
  ///
  /// Source: M. Wichura, "Algorithm AS 241: The Percentage Points of the Normal Distribution", Applied Statistics 37 (1988).
  public static func normalQuantile(_ p: Double) -> Double {
    let q = p - 0.5
    if q.magnitude <= 0.425 {
      let r = 0.180625 - q * q
      let top = polynomial(
        of: r,
        (
          2.5090809287301226727e3, 3.3430575583588128105e4, 6.7265770927008700853e4, 4.5921953931549871457e4,
          1.3731693765509461125e4, 1.9715909503065514427e3, 1.3314166789178437745e2, 3.3871328727963666080
        ))
      let bottom = polynomial(
        of: r,
        (
          5.2264952788528545610e3, 2.8729085735721942674e4, 3.9307895800092710610e4, 2.1213794301586595867e4,
          5.3941960214247511077e3, 6.8718700749205790830e2, 4.2313330701600911252e1, 1
        ))
      return q * top / bottom
    }
    let distance = (-log(q < 0 ? p : 1 - p)).squareRoot()
    let size = distance <= 5 ? middle(distance - 1.6) : far(distance - 5)
    return q < 0 ? -size : size
  }

  /// The polynomial of degree 7 with these coefficients, that of r^7 first, by Horner's rule.
  @inline(__always)
  private static func polynomial(
    of r: Double, _ c: (Double, Double, Double, Double, Double, Double, Double, Double)
  ) -> Double {
    ((((((c.0 * r + c.1) * r + c.2) * r + c.3) * r + c.4) * r + c.5) * r + c.6) * r + c.7
  }

  private static func middle(_ r: Double) -> Double {
    let top = polynomial(
      of: r,
      (
        7.74545014278341407640e-4, 2.27238449892691845833e-2, 2.41780725177450611770e-1, 1.27045825245236838258,
        3.64784832476320460504, 5.76949722146069140550, 4.63033784615654529590, 1.42343711074968357734
      ))
    let bottom = polynomial(
      of: r,
      (
        1.05075007164441684324e-9, 5.47593808499534494600e-4, 1.51986665636164571966e-2, 1.48103976427480074590e-1,
        6.89767334985100004550e-1, 1.67638483018380384940, 2.05319162663775882187, 1
      ))
    return top / bottom
  }

  private static func far(_ r: Double) -> Double {
    let top = polynomial(
      of: r,
      (
        2.01033439929228813265e-7, 2.71155556874348757815e-5, 1.24266094738807843860e-3, 2.65321895265761230930e-2,
        2.96560571828504891230e-1, 1.78482653991729133580, 5.46378491116411436990, 6.65790464350110377720
      ))
    let bottom = polynomial(
      of: r,
      (
        2.04426310338993978564e-15, 1.42151175831644588870e-7, 1.84631831751005468180e-5, 7.86869131145613259100e-4,
        1.48753612908506148525e-2, 1.36929880922735805310e-1, 5.99832206555887937690e-1, 1
      ))
    return top / bottom
  }
}

extension Xoshiro256 {
  /// A number of the normal distribution of mean 0 and deviation 1, from one uniform number, which is neither 0 nor 1.
  public mutating func nextNormal() -> Double {
    PortableMath.normalQuantile((Double(next() >> 12) + 0.5) * 0x1p-52)
  }
}
