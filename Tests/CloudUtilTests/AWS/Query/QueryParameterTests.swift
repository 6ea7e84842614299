import Testing

@testable import CloudUtil

@Suite struct QueryParameterTests {
  @Test("Lists count from one, structures go by dots, and nothing is sent for what is nil or empty")
  func flattening() {
    let structure: QueryStructure = [
      "A": "x", "B": 7, "C": true, "D": false, "E": QueryBytes([0, 255]), "F": nil as String?, "G": [] as [String],
      "H": ["a", "b"], "I": [EC2Tag("k", "v"), EC2Tag("", "")],
      "J": ["K": ["L": 1] as QueryStructure] as QueryStructure,
      "M": [:] as QueryStructure,
    ]
    let pairs = structure.flattened.map { "\($0.name)=\($0.value)" }
    #expect(
      pairs == [
        "A=x", "B=7", "C=true", "D=false", "E=AP8=", "H.1=a", "H.2=b", "I.1.Key=k", "I.1.Value=v", "I.2.Key=",
        "I.2.Value=", "J.K.L=1",
      ])
  }

  @Test("A form has its pairs in their order, each percent-encoded")
  func form() {
    let body = FormBody.encode([QueryParameter("b.1", "a b+c&d=e~é\n"), QueryParameter("a", "")])
    #expect(String(decoding: body, as: UTF8.self) == "b.1=a+b%2Bc%26d%3De~%C3%A9%0A&a=")
    #expect(FormBody.encode([]).isEmpty)
  }
}
