import CCurl
import Dispatch
import Glibc
import Synchronization

/// One libcurl easy handle with a thread of its own, which libcurl may block. One request at a time.
///
/// Unchecked: `curl` and `exchange` are touched on `queue` alone, `isCancelled` is atomic.
final class CurlHandle: @unchecked Sendable {
  private let curl: UnsafeMutableRawPointer
  private let queue = DispatchQueue(label: "curl")
  private let isCancelled = Atomic(false)
  private let bodyLimit: Int
  private let caBundle: String?
  private var exchange = Exchange()

  /// What libcurl has delivered so far.
  private struct Exchange {
    var headers: [HTTPHeader] = []
    var body: [UInt8] = []
    var isTooLarge = false
  }

  private static let isLibraryReady: Bool = curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK

  init(bodyLimit: Int, caBundle: String?) throws {
    guard CurlHandle.isLibraryReady, let curl = curl_easy_init() else {
      throw HTTPError.broken(url: "libcurl", reason: "cannot be initialised")
    }
    self.curl = curl
    self.bodyLimit = bodyLimit
    self.caBundle = caBundle
  }

  deinit { curl_easy_cleanup(curl) }

  /// - Throws: `HTTPError`, `CancellationError`.
  func perform(_ request: HTTPRequest, deadline: ContinuousClock.Instant) async throws -> HTTPResponse {
    isCancelled.store(false, ordering: .relaxed)
    return try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { continuation in
        queue.async { [self] in
          continuation.resume(with: Swift.Result { try performBlocking(request, deadline: deadline) })
        }
      }
    } onCancel: {
      isCancelled.store(true, ordering: .relaxed)
    }
  }

  private func performBlocking(_ request: HTTPRequest, deadline: ContinuousClock.Instant) throws -> HTTPResponse {
    let left = (deadline - .now).components
    let left_ms = left.seconds * 1000 + left.attoseconds / 1_000_000_000_000_000
    guard left_ms > 0 else { throw HTTPError.timedOut(url: request.printableURL) }
    exchange = Exchange()
    curl_easy_reset(curl)
    let headers = try makeHeaderList(request)
    defer { curl_slist_free_all(headers) }
    for code in options(request, headers: headers, timeout_ms: min(left_ms, 86_400_000)) {
      try check(code, request)
    }
    try check(curl_easy_perform(curl), request)
    var status = 0
    try check(curl_get_long(curl, CURLINFO_RESPONSE_CODE, &status), request)
    var address: UnsafePointer<CChar>?
    try check(curl_get_string(curl, CURLINFO_LOCAL_IP, &address), request)
    return HTTPResponse(
      status: status, headers: exchange.headers, body: exchange.body,
      localAddress: address.map { String(cString: $0) }.flatMap { $0.isEmpty ? nil : $0 })
  }

  /// Where no proxy is asked. Set here it replaces what the environment says, which is therefore added.
  private static var hostsWithoutProxy: String {
    let own = "localhost,127.0.0.0/8,::1,169.254.0.0/16,fd00:ec2::/32"
    guard let list = (getenv("no_proxy") ?? getenv("NO_PROXY")).map({ String(cString: $0) }) else { return own }
    return list == "*" ? list : "\(own),\(list)"
  }

  private func options(
    _ request: HTTPRequest, headers: UnsafeMutablePointer<curl_slist>?, timeout_ms: Int64
  ) -> [CURLcode] {
    let context = Unmanaged.passUnretained(self).toOpaque()
    var codes = [
      curl_set_string(curl, CURLOPT_URL, request.url),
      curl_set_string(curl, CURLOPT_PROTOCOLS_STR, "http,https"),
      curl_set_string(curl, CURLOPT_NOPROXY, CurlHandle.hostsWithoutProxy),
      curl_set_list(curl, CURLOPT_HTTPHEADER, headers),
      // Without this libcurl uses signals for timeouts, which belong to the whole process.
      curl_set_long(curl, CURLOPT_NOSIGNAL, 1),
      curl_set_long(curl, CURLOPT_TIMEOUT_MS, Int(timeout_ms)),
      curl_set_long(curl, CURLOPT_NOPROGRESS, 0),
      curl_set_pointer(curl, CURLOPT_XFERINFODATA, context),
      curl_set_progress_callback(curl) { context, _, _, _, _ in CurlHandle.of(context)?.shouldAbort ?? 1 },
      curl_set_pointer(curl, CURLOPT_WRITEDATA, context),
      curl_set_data_callback(curl, CURLOPT_WRITEFUNCTION) { bytes, size, count, context in
        CurlHandle.of(context)?.take(body: bytes, count: size * count) ?? 0
      },
      curl_set_pointer(curl, CURLOPT_HEADERDATA, context),
      curl_set_data_callback(curl, CURLOPT_HEADERFUNCTION) { bytes, size, count, context in
        CurlHandle.of(context)?.take(header: bytes, count: size * count) ?? 0
      },
    ]
    if request.isSentOnce { codes.append(curl_set_long(curl, CURLOPT_FRESH_CONNECT, 1)) }
    if let caBundle { codes.append(curl_set_string(curl, CURLOPT_CAINFO, caBundle)) }
    if !request.body.isEmpty {
      codes.append(curl_set_offset(curl, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(request.body.count)))
      var body = request.body
      codes.append(body.withUnsafeMutableBytes { curl_set_pointer(curl, CURLOPT_COPYPOSTFIELDS, $0.baseAddress) })
    } else if request.method == "HEAD" {
      codes.append(curl_set_long(curl, CURLOPT_NOBODY, 1))
    }
    codes.append(curl_set_string(curl, CURLOPT_CUSTOMREQUEST, request.method))
    return codes
  }

  private func makeHeaderList(_ request: HTTPRequest) throws -> UnsafeMutablePointer<curl_slist>? {
    var list: UnsafeMutablePointer<curl_slist>?
    for header in request.headers {
      let line = header.value.isEmpty ? "\(header.name);" : "\(header.name): \(header.value)"
      guard !line.utf8.contains(where: { $0 == 10 || $0 == 13 || $0 == 0 }) else {
        curl_slist_free_all(list)
        throw HTTPError.badRequest(url: request.printableURL, reason: "line break in header \(header.name)")
      }
      list = curl_slist_append(list, line) ?? list
    }
    return list
  }

  // MARK: Called by libcurl, on `queue`

  private static func of(_ context: UnsafeMutableRawPointer?) -> CurlHandle? {
    context.map { Unmanaged<CurlHandle>.fromOpaque($0).takeUnretainedValue() }
  }

  private var shouldAbort: Int32 { isCancelled.load(ordering: .relaxed) ? 1 : 0 }

  /// Returning less than `count` makes libcurl give up.
  private func take(body bytes: UnsafeMutablePointer<CChar>?, count: Int) -> Int {
    guard exchange.body.count + count <= bodyLimit else {
      exchange.isTooLarge = true
      return 0
    }
    exchange.body += UnsafeRawBufferPointer(start: bytes, count: count)
    return count
  }

  private func take(header bytes: UnsafeMutablePointer<CChar>?, count: Int) -> Int {
    let line = String(decoding: UnsafeRawBufferPointer(start: bytes, count: count), as: UTF8.self)
    if line.hasPrefix("HTTP/") {
      // A status line: what came before belongs to an interim response.
      exchange = Exchange()
    } else if let colon = line.firstIndex(of: ":") {
      let rest = line[line.index(after: colon)...].drop(while: \.isWhitespace)
      let end = rest.lastIndex { !$0.isWhitespace }.map(rest.index(after:)) ?? rest.startIndex
      exchange.headers.append(HTTPHeader(String(line[..<colon]), String(rest[..<end])))
    }
    return count
  }

  // MARK: Errors

  private func check(_ code: CURLcode, _ request: HTTPRequest) throws {
    let url = request.printableURL
    let reason = String(cString: curl_easy_strerror(code))
    switch code {
    case CURLE_OK: return
    case CURLE_ABORTED_BY_CALLBACK: throw CancellationError()
    case CURLE_OPERATION_TIMEDOUT: throw HTTPError.timedOut(url: url)
    case CURLE_WRITE_ERROR where exchange.isTooLarge: throw HTTPError.tooLarge(url: url, limit_bytes: bodyLimit)
    case CURLE_COULDNT_CONNECT, CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_RESOLVE_PROXY:
      throw HTTPError.couldNotConnect(url: url, reason: reason)
    case CURLE_SSL_CACERT_BADFILE:
      throw HTTPError.tls(
        url: url, reason: "\(caBundle ?? "the system's certificates"): no certificates can be read there")
    case CURLE_SSL_CONNECT_ERROR, CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CERTPROBLEM, CURLE_SSL_CIPHER:
      throw HTTPError.tls(url: url, reason: reason)
    case CURLE_URL_MALFORMAT, CURLE_UNSUPPORTED_PROTOCOL: throw HTTPError.badRequest(url: url, reason: reason)
    default: throw HTTPError.broken(url: url, reason: reason)
    }
  }
}
