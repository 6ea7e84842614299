import Serving
import Wire

/// What a frontend is told at its start, validated.
struct Settings: Sendable {
  var policy: CodedPolicy.Settings
  var encoder = CodeKind.sum
  var input: InputForm
  /// First part of the query path, `POST /<app>/predict`.
  var app = "example"
  /// Address to listen on, and the ports of queries and of worker links; 0: any that is free.
  var host = "127.0.0.1"
  var httpPort = 0
  var linkPort = 0
  /// What a worker must say to be let in.
  var linkSecret: String
  /// Unanswered queries beyond which a further one is refused.
  var maxInFlight = 10_000
  /// Where the records of every query go at the end; nil: nothing is kept of a query that is answered.
  var recordsFolder: String?
  /// Queries that records are made room for.
  var expectedQueries = 10_000

  /// The code of the redundancy.
  var erasureCode: any ErasureCode { encoder.code(k: policy.k, parities: policy.parities, shape: input.shape) }
}
