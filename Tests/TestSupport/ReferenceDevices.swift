/// The templates of the repository.
public enum ReferenceDevices {
  public static let folder: String = {
    // Tests/TestSupport/ReferenceDevices.swift
    let package = #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(3)
    return package.joined(separator: "/") + "/Devices"
  }()
}
