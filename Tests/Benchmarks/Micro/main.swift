// Parts of the gateway measured alone, for Deploy/benchmark. Prints `name=number` pairs; limits are checked there.
//
//   weir-bench decode <configuration> <messages>    ns per message of the decoder
//   weir-bench engine <configuration> <messages>    ns per sample of the engine with the real rules
//   weir-bench backlog <configuration> <records>    fills the data directory's store with undelivered records
//   weir-bench forecast <series> <days>             forecasts from the midnights of the last days of a series, as CSV
//   weir-bench carbon <configuration> <minutes>     what the rules of energy and carbon add, in percent of a core
//   weir-bench month <configuration> <start>        fills the store with a month of all meters
//   weir-bench ledger <configuration> <leaves>      leaves per second that are checked, from a store and an export
//   weir-bench condition <machines> <minutes>       what the condition of machines adds: CPU, memory of what is learnt
//   weir-bench inspection <configuration> <minutes> what 2,000 inspection results a second add, in percent of a core
//   weir-bench units <folder> <units>              how long the file of one unit takes to be found among so many
//   weir-bench fleet <seeds> <machines>             rules of machine health against the run-to-failure fleet
//
// <messages> is a file of lines "topic, tab, payload". Templates: $WEIR_DEVICES, else Devices.
import Foundation
import Templates

let words = CommandLine.arguments
guard words.count == 4 else {
  let usage =
    "usage: weir-bench decode|engine|backlog|carbon|month|forecast|ledger|condition|inspection|units|fleet "
    + "<configuration> <messages>\n"
  FileHandle.standardError.write(Data(usage.utf8))
  exit(64)
}
if words[1] == "forecast" {
  try ForecastBench(path: words[2], days: Int(words[3]) ?? 56).run()
  exit(0)
}
let devices = ProcessInfo.processInfo.environment["WEIR_DEVICES"] ?? "Devices"
if words[1] == "fleet" {
  try FleetBench.run(devices: devices, seeds: words[2], machines: Int(words[3]) ?? 240)
  exit(0)
}
if words[1] == "condition" {
  try ConditionBench(devices: devices, machines: Int(words[2]) ?? 350, minutes: Int(words[3]) ?? 30).run()
  exit(0)
}
if words[1] == "units" {
  try UnitsBench(units: Int(words[3]) ?? 200_000, folder: words[2]).run()
  exit(0)
}
let site = try SiteLoader.load(path: words[2], devices: [devices])
switch words[1] {
case "decode": try DecodeBench(site: site, messages: MessageFile(words[3])).run()
case "engine": try EngineBench(site: site, messages: MessageFile(words[3])).run()
case "backlog": try Backlog(site: site, records: Int(words[3]) ?? 0).fill()
case "carbon": try CarbonBench(site: site, minutes: Int(words[3]) ?? 60).run()
case "month": try MonthStore(site: site, month: words[3]).fill()
case "inspection": try InspectionBench(site: site, minutes: Int(words[3]) ?? 20).run()
case "ledger": try LedgerBench(leaves: Int(words[3]) ?? 0).run()
default:
  FileHandle.standardError.write(Data("weir-bench: unknown part \"\(words[1])\"\n".utf8))
  exit(64)
}
