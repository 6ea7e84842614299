import Foundation
import Testing

@testable import Statistics

struct StudentTTests {
  /// The 97.5 % quantiles of printed tables.
  @Test(
    "its quantiles are those of the tables",
    arguments: [
      (1, 12.7062), (2, 4.30265), (3, 3.18245), (4, 2.77645), (5, 2.57058), (9, 2.26216), (10, 2.22814), (30, 2.04227),
      (120, 1.97993), (1000, 1.96234),
    ])
  func tables(degrees: Int, quantile: Double) {
    #expect(abs(StudentT(degrees: degrees).quantile(central: 0.95) - quantile) < 1e-4 * quantile)
  }

  @Test("its probability grows from 0 to 1, and its quantile undoes it", arguments: [1, 2, 3, 4, 7, 50])
  func inverse(degrees: Int) {
    let student = StudentT(degrees: degrees)
    #expect(student.central(0) == 0)
    #expect(student.central(1e9) > 0.999_999)
    for step in 1..<100 {
      let probability = Double(step) / 100
      #expect(abs(student.central(student.quantile(central: probability)) - probability) < 1e-9)
    }
  }

  /// Simpson's rule on the density.
  @Test("its probability is the integral of its density", arguments: [1, 2, 3, 4, 5, 6, 11, 24])
  func density(degrees: Int) {
    let n = Double(degrees)
    let scale = exp(lgamma((n + 1) / 2) - lgamma(n / 2)) / (n * Double.pi).squareRoot()
    func density(_ t: Double) -> Double { scale * pow(1 + t * t / n, -(n + 1) / 2) }
    let (steps, end) = (2000, 3.0)
    let width = end / Double(steps)
    let sum = (0...steps).reduce(0.0) { sum, step in
      let weight: Double = step == 0 || step == steps ? 1 : step % 2 == 1 ? 4 : 2
      return sum + weight * density(Double(step) * width)
    }
    #expect(abs(StudentT(degrees: degrees).central(end) - 2 * sum * width / 3) < 1e-10)
  }
}
