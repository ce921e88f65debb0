/// The values of one hour on earlier days, to be asked for in order of size.
///
/// Sorted by merging plain arrays: in a build without optimisation the library's sort costs ten times as much, and this
/// is where a forecast's time goes.
struct RankedDays {
  private(set) var count = 0
  /// Only the first `count` mean something.
  private(set) var values: [Double]
  /// How many days before the wanted hour.
  private(set) var shifts: [Int]
  private var spareValues: [Double]
  private var spareShifts: [Int]

  init(capacity: Int) {
    values = Array(repeating: 0, count: capacity)
    shifts = Array(repeating: 0, count: capacity)
    spareValues = values
    spareShifts = shifts
  }

  mutating func removeAll() { count = 0 }

  mutating func append(_ value: Double, shift: Int) {
    values[count] = value
    shifts[count] = shift
    count += 1
  }

  /// Smallest first, equal ones in the order in which they came.
  mutating func sort() {
    var width = 1
    while width < count {
      var start = 0
      while start < count {
        merge(start, min(start + width, count), min(start + 2 * width, count))
        start += 2 * width
      }
      swap(&values, &spareValues)
      swap(&shifts, &spareShifts)
      width *= 2
    }
  }

  private mutating func merge(_ start: Int, _ middle: Int, _ end: Int) {
    var left = start
    var right = middle
    for place in start..<end {
      if left < middle, right >= end || values[left] <= values[right] {
        spareValues[place] = values[left]
        spareShifts[place] = shifts[left]
        left += 1
      } else {
        spareValues[place] = values[right]
        spareShifts[place] = shifts[right]
        right += 1
      }
    }
  }
}
