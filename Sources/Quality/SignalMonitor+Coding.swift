import Telemetry

extension SignalMonitor {
  func encode(into writer: inout ByteWriter) {
    writer.varint(Int(count))
    guard count > 0 else { return }
    writer.zigzag(first)
    writer.zigzag(time)
    writer.zigzag(runStart)
    writer.zigzag(calmSince)
    writer.double(value)
    writer.double(before)
    writer.double(level)
    writer.double(suspectSum)
    writer.double(unitLevel)
    writer.varint(Int(run))
    writer.byte(runsSeen)
    writer.byte(suspects)
    writer.byte(calm)
    writer.byte(unit)
    writer.varint(Int(watched.rawValue))
    writer.varint(Int(missing))
    for float in floats { writer.fixed64(UInt64(float.bitPattern)) }
  }

  private var floats: [Float] {
    [usualRun, longestRun, usualStep, recentStep, recentDouble, usualMove, usualSize, lowest, highest, longestCalm]
  }

  init(from reader: inout ByteReader) throws(ByteReaderError) {
    self.init()
    count = UInt32(truncatingIfNeeded: try reader.integer())
    guard count > 0 else { return }
    first = try reader.zigzag()
    time = try reader.zigzag()
    runStart = try reader.zigzag()
    calmSince = try reader.zigzag()
    value = try reader.double()
    before = try reader.double()
    level = try reader.double()
    suspectSum = try reader.double()
    unitLevel = try reader.double()
    run = Int32(truncatingIfNeeded: try reader.integer())
    runsSeen = try reader.byte()
    suspects = try reader.byte()
    calm = try reader.byte()
    unit = try reader.byte()
    watched = Conditions(rawValue: UInt16(truncatingIfNeeded: try reader.integer()))
    missing = Int64(try reader.integer())
    var read: [Float] = []
    for _ in 0..<floats.count { read.append(Float(bitPattern: UInt32(truncatingIfNeeded: try reader.fixed64()))) }
    usualRun = read[0]
    longestRun = read[1]
    usualStep = read[2]
    recentStep = read[3]
    recentDouble = read[4]
    usualMove = read[5]
    usualSize = read[6]
    lowest = read[7]
    highest = read[8]
    longestCalm = read[9]
  }
}
