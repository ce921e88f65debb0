import Foundation
import Testing

@testable import Journal

@Suite struct DataDirectoryLockTests {
  private let scratch: Scratch
  init() throws { scratch = try Scratch() }

  @Test func onlyOneHolderAndTheErrorNamesIt() throws {
    do {
      let lock = try DataDirectoryLock(directory: scratch.path)
      #expect(throws: DataDirectoryLock.Failure.held(directory: scratch.path, pid: getpid())) {
        try DataDirectoryLock(directory: scratch.path)
      }
      withExtendedLifetime(lock) {}
    }
    _ = try DataDirectoryLock(directory: scratch.path)
  }

  @Test func aMissingDirectoryIsSaid() {
    #expect {
      try DataDirectoryLock(directory: "/no/such/directory")
    } throws: { error in
      "\(error)".contains("/no/such/directory/weir.lock: No such file or directory")
    }
  }
}
