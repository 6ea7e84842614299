import Foundation
import Testing

@testable import CloudUtil

@Suite struct AWSSettingsTests {
  private static let config = """
    [default]
    region = eu-west-1

    [profile lab]
    region = eu-north-1
    endpoint_url = http://lab:1
    ca_bundle = ~/lab.pem
    services = mine

    [profile bare]
    output = json

    [services mine]
    ec2 =
      endpoint_url = http://mine:2/api
    """

  private func settings(
    _ variables: [String: String] = [:], region: String? = nil, config: String? = config
  ) throws -> AWSSettings {
    let files = config.map { ["/home/me/.aws/config": $0] } ?? [:]
    return try AWSSettings(region: region, from: .test(variables, files: files))
  }

  @Test("The region is that of the caller, of AWS_REGION, of AWS_DEFAULT_REGION, of the profile, in this order")
  func region() throws {
    #expect(try settings().region == "eu-west-1")
    #expect(try settings(["AWS_DEFAULT_REGION": "us-west-2"]).region == "us-west-2")
    let both = ["AWS_DEFAULT_REGION": "us-west-2", "AWS_REGION": "us-east-2"]
    #expect(try settings(both).region == "us-east-2")
    #expect(try settings(both, region: "sa-east-1").region == "sa-east-1")
    #expect(try settings(["AWS_REGION": ""]).region == "eu-west-1")
    #expect(try settings(["AWS_PROFILE": "lab"]).region == "eu-north-1")
  }

  @Test("Without a region the error names all places where one could be")
  func noRegion() {
    let error = #expect(throws: AWSSettingsError.self) { try settings(["AWS_PROFILE": "bare"]) }
    for place in ["AWS_REGION", "AWS_DEFAULT_REGION", "/home/me/.aws/config", "\"bare\""] {
      #expect(error?.description.contains(place) == true)
    }
  }

  @Test(
    "A region that none can be is refused, with who said so",
    arguments: [
      "us-esat-1", "us-east", "us-east-", "useast1", "us-east-1a", "US-EAST-1", "us-east-1.evil", "mars-east-1", "-",
    ])
  func badRegion(text: String) {
    #expect(throws: AWSSettingsError.badRegion(text, source: "AWS_REGION")) { try settings(["AWS_REGION": text]) }
  }

  @Test(
    "Every region that botocore knows has the endpoint that botocore gives it",
    .enabled(if: ReferencePython.isThere || isAllRequired, "needs Scripts/python"))
  func endpoints() throws {
    let output = try ReferencePython.run(script: "endpoints.py")
    let endpoints = try JSONDecoder().decode([String: String].self, from: output)
    #expect(endpoints.count > 30)
    for (region, endpoint) in endpoints {
      let settings = try settings(region: region)
      #expect(settings.ec2Endpoint == endpoint + "/")
      #expect(settings.isEndpointOfAWS)
    }
  }

  @Test("The endpoint is AWS_ENDPOINT_URL_EC2, AWS_ENDPOINT_URL, that of the profile's services, the profile's")
  func endpoint() throws {
    let lab = ["AWS_PROFILE": "lab"]
    #expect(try settings(lab).ec2Endpoint == "http://mine:2/api/")
    let all = lab.merging(["AWS_ENDPOINT_URL": "http://127.0.0.1:5000"]) { $1 }
    #expect(try settings(all).ec2Endpoint == "http://127.0.0.1:5000/")
    #expect(try !settings(all).isEndpointOfAWS)
    let ec2 = all.merging(["AWS_ENDPOINT_URL_EC2": "https://[::1]:6000/"]) { $1 }
    #expect(try settings(ec2).ec2Endpoint == "https://[::1]:6000/")
    let ignored = ec2.merging(["AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true"]) { $1 }
    #expect(try settings(ignored).ec2Endpoint == "https://ec2.eu-north-1.amazonaws.com/")
    let plain = AWSSettingsTests.config.replacing("services = mine", with: "")
    #expect(try settings(lab, config: plain).ec2Endpoint == "http://lab:1/")
  }

  @Test("An endpoint that somebody named may be AWS's, too")
  func endpointOfAWS() throws {
    for (url, isOfAWS) in [
      ("https://ec2.us-east-1.amazonaws.com", true), ("https://ec2-fips.us-west-2.amazonaws.com:443/", true),
      ("https://vpce-1.ec2.eu-west-1.vpce.amazonaws.com", true), ("https://ec2.cn-north-1.amazonaws.com.cn", true),
      ("https://amazonaws.com.example.org", false), ("https://notamazonaws.com", false),
      ("http://10.0.0.1:5000", false),
    ] {
      #expect(try settings(["AWS_ENDPOINT_URL_EC2": url]).isEndpointOfAWS == isOfAWS, "\(url)")
    }
  }

  @Test("At an endpoint of one's own the region may be called anything that can be signed for")
  func ownRegion() throws {
    let own = ["AWS_ENDPOINT_URL": "http://127.0.0.1:5000"]
    #expect(try settings(own, region: "local").region == "local")
    #expect(throws: AWSSettingsError.badRegion("a/b", source: "region")) { try settings(own, region: "a/b") }
  }

  @Test(
    "An endpoint that is none is refused without being repeated",
    arguments: ["127.0.0.1:5000", "ftp://host", "http://", "http://me:SECRET@host", "http://host?SECRET"])
  func badEndpoint(url: String) {
    let error = #expect(throws: AWSSettingsError.self) { try settings(["AWS_ENDPOINT_URL": url]) }
    #expect(error?.description.hasPrefix("AWS_ENDPOINT_URL: ") == true)
    #expect(error.map { "\($0)" + String(reflecting: $0) }?.contains("SECRET") == false)
  }

  @Test("Certificates are those of AWS_CA_BUNDLE, then the profile's")
  func caBundle() throws {
    #expect(try settings().caBundle == nil)
    #expect(try settings(["AWS_PROFILE": "lab"]).caBundle == "/home/me/lab.pem")
    #expect(try settings(["AWS_PROFILE": "lab", "AWS_CA_BUNDLE": "/ca.pem"]).caBundle == "/ca.pem")
  }

  @Test("A profile that is named must be there; the error says which are, and where was looked")
  func noProfile() {
    let error = #expect(throws: AWSSettingsError.self) { try settings(["AWS_PROFILE": "lap"]) }
    let expected =
      #"AWS_PROFILE: no profile "lap" in /home/me/.aws/credentials or /home/me/.aws/config; there is "#
      + "bare, default, lab. Name another, or make it: aws configure --profile lap"
    #expect(error?.description == expected)
  }

  @Test("A file that cannot be read or understood is named with its line")
  func badFile() {
    #expect(
      throws: AWSSettingsError.malformed("/home/me/.aws/config", line: 2, reason: "the section [a] is there already")
    ) {
      try settings(config: "[a]\n[a]\n")
    }
    let broken = AWSEnvironment(variables: ["HOME": "/home/me"]) { _ in [0xFF] }
    #expect(throws: AWSSettingsError.unreadable("/home/me/.aws/credentials", reason: "not UTF-8")) {
      try AWSSettings(from: broken)
    }
    let folder = AWSEnvironment(
      variables: ["AWS_CONFIG_FILE": "/", "AWS_SHARED_CREDENTIALS_FILE": "/nowhere"],
      read: AWSEnvironment.process.read)
    #expect(throws: AWSSettingsError.unreadable("/", reason: "read /: Is a directory")) {
      try AWSSettings(from: folder)
    }
  }
}
