import Telemetry
import Glibc
import Testing

/// Every decoder against damaged inputs: no crash, no hang, bounded memory, and nothing refused without a reason.
///
/// Input number n of a target depends on n and the target's name only. `WEIR_FUZZ_SECONDS` is how long each target runs
/// (default 3), `WEIR_FUZZ_SEED` the first number (default 0). A failure names the number; after a crash the file
/// `weir-fuzz-<target>` in the folder of temporary files has it, and `WEIR_FUZZ_SEED` repeats it at once.
@Suite("Fuzzing", .serialized)
struct FuzzTests {
  private static func environment(_ name: String) -> String? { getenv(name).map { String(cString: $0) } }

  private static let seconds = environment("WEIR_FUZZ_SECONDS").flatMap(Double.init) ?? 3
  private static let first = environment("WEIR_FUZZ_SEED").flatMap { UInt64($0) } ?? 0
  /// Of the processor, for one input of at most 200 kB: thousands of times what it takes.
  private static let mostSeconds = 20.0
  private static let mostGrowth = 400 << 20

  @Test("damaged inputs", arguments: FuzzTarget.all)
  func run(_ target: FuzzTarget) throws {
    let mutator = Mutator(corpus: try target.corpus())
    try #require(!mutator.corpus.isEmpty)
    let check = try target.make()
    let folder = Self.environment("TMPDIR") ?? "/tmp"
    let path = "\(folder)/weir-fuzz-\(target.name)"
    let file = open(path, O_CREAT | O_WRONLY | O_TRUNC, 0o600)
    defer { close(file) }
    try #require(file >= 0)
    let salt = target.name.utf8.reduce(UInt64(14_695_981_039_346_656_037)) { ($0 ^ UInt64($1)) &* 1_099_511_628_211 }
    let residentBefore = Self.residentBytes()
    let clock = ContinuousClock()
    let end = clock.now.advanced(by: .seconds(Self.seconds))
    var number = Self.first
    var failures = 0
    repeat {
      let note = Array("\(number)                    ".utf8)
      note.withUnsafeBytes { _ = pwrite(file, $0.baseAddress, 20, 0) }
      var random = SplitMix64(seed: salt ^ number)
      let input = mutator.input(&random)
      let before = Self.processorSeconds()
      let problem = try check(input, &random)
      let used = Self.processorSeconds() - before
      if problem != nil || used > Self.mostSeconds {
        failures += 1
        Issue.record(
          """
          \(target.name), input \(number): \(problem ?? "took \(used) s of the processor")
          \(String(decoding: input.prefix(2000), as: UTF8.self))
          """)
      }
      number += 1
    } while clock.now < end && failures < 5
    unlink(path)
    let growth = Self.residentBytes() - residentBefore
    #expect(growth < Self.mostGrowth, "\(target.name) grew by \(growth >> 20) MiB in \(number - Self.first) inputs")
    print("fuzz: \(target.name): \(number - Self.first) inputs, memory \(growth >> 10) KiB")
  }

  private static func processorSeconds() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }

  private static func residentBytes() -> Int {
    guard let file = fopen("/proc/self/statm", "r") else { return 0 }
    defer { fclose(file) }
    var text = [CChar](repeating: 0, count: 128)
    guard fgets(&text, 128, file) != nil else { return 0 }
    let fields = String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self).split(
      separator: " ")
    return (fields.count > 1 ? Int(fields[1]) ?? 0 : 0) * sysconf(Int32(_SC_PAGESIZE))
  }
}
