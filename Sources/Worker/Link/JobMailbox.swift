import NIOConcurrencyHelpers
import NIOCore
import Serving
import Wire

/// A job and the link that it came on, which gets its outputs, or nothing if it has closed meanwhile.
struct Job: Sendable {
  var id: JobID
  var inputs: WorkerMessage.Inputs
  var link: any Channel
}

/// From the thread of the links to the thread of the model. A link has one job at a time, so this holds no more than the
/// job of the present link beside those of links that broke.
final class JobMailbox: Sendable {
  private let jobs = NIOLockedValueBox<[Job]>([])
  /// Whether there are jobs.
  private let condition = ConditionLock(value: false)

  func put(_ job: Job) {
    condition.lock()
    jobs.withLockedValue { $0.append(job) }
    condition.unlock(withValue: true)
  }

  /// Waits for the next job whose link is open; the outputs of others have nowhere to go.
  func take() -> Job {
    while true {
      condition.lock(whenValue: true)
      let (job, more) = jobs.withLockedValue { jobs in
        (jobs.isEmpty ? nil : jobs.removeFirst(), jobs.count > 0)
      }
      condition.unlock(withValue: more)
      if let job, job.link.isActive { return job }
    }
  }
}
