/// A calculation with signals: numbers, `pi`, names of signals, + − * / and brackets. A minus between names stands between
/// spaces, since names have dashes.
public struct FaultExpression: Hashable, Sendable {
  enum Step: Hashable, Sendable {
    case number(Double)
    case signal(Int)
    case negate
    case add, subtract, multiply, divide
  }

  /// As it was written.
  public let text: String
  /// Names of the signals, in the order of their first mention.
  public let signals: [String]
  /// In the order of a stack machine.
  private let steps: [Step]

  /// What is wrong with a text.
  public struct Mistake: Error, Hashable {
    public var message: String
    public var remedy: String
  }

  public init(_ text: String) throws(Mistake) {
    var parser = Parser(text)
    try parser.sum()
    if let rest = parser.peek {
      throw Mistake(message: "\"\(rest)\" is not expected there", remedy: "Write for example `torque * speed`.")
    }
    self.text = text
    signals = parser.signals
    steps = parser.steps
  }

  /// - Parameter value: of a signal by its position in `signals`; nil = unknown.
  /// - Returns: nil if a signal is unknown or the result is no number (a division by zero).
  public func evaluate(_ value: (Int) -> Double?) -> Double? {
    var stack: [Double] = []
    stack.reserveCapacity(steps.count)
    for step in steps {
      switch step {
      case .number(let number): stack.append(number)
      case .signal(let index):
        guard let known = value(index) else { return nil }
        stack.append(known)
      case .negate: stack[stack.count - 1].negate()
      case .add, .subtract, .multiply, .divide:
        let right = stack.removeLast()
        let left = stack.removeLast()
        stack.append(
          step == .add
            ? left + right : step == .subtract ? left - right : step == .multiply ? left * right : left / right)
      }
    }
    guard let result = stack.last, result.isFinite else { return nil }
    return result
  }
}

extension FaultExpression {
  fileprivate struct Parser {
    private var tokens: [String]
    private var position = 0
    private(set) var signals: [String] = []
    private(set) var steps: [Step] = []
    private var depth = 0

    init(_ text: String) {
      var tokens: [String] = []
      var word = ""
      for character in text {
        // A dash belongs to a name that has begun; a point to a number.
        let isNumber = word.first?.isNumber ?? false
        if character.isLetter || character.isNumber || character == "." || character == "_"
          || (character == "-" && !word.isEmpty && !isNumber)
        {
          word.append(character)
          continue
        }
        if !word.isEmpty { tokens.append(word) }
        word = ""
        if !character.isWhitespace {
          tokens.append(character == "·" ? "*" : character == "−" ? "-" : String(character))
        }
      }
      if !word.isEmpty { tokens.append(word) }
      self.tokens = tokens
    }

    var peek: String? { position < tokens.count ? tokens[position] : nil }

    private mutating func take(_ any: String...) -> String? {
      guard let token = peek, any.contains(token) else { return nil }
      position += 1
      return token
    }

    mutating func sum() throws(Mistake) {
      try product()
      while let sign = take("+", "-") {
        try product()
        steps.append(sign == "+" ? .add : .subtract)
      }
    }

    private mutating func product() throws(Mistake) {
      try factor()
      while let sign = take("*", "/") {
        try factor()
        steps.append(sign == "*" ? .multiply : .divide)
      }
    }

    private mutating func factor() throws(Mistake) {
      depth += 1
      defer { depth -= 1 }
      guard depth < 64 else { throw Mistake(message: "it is nested too deeply", remedy: "Use fewer brackets.") }
      guard let token = peek else {
        throw Mistake(
          message: "something is missing at its end", remedy: "Write a number or the name of a signal there.")
      }
      position += 1
      if token == "(" {
        try sum()
        guard take(")") != nil else {
          throw Mistake(message: "a bracket is not closed", remedy: "Add the missing \")\".")
        }
      } else if token == "-" {
        try factor()
        steps.append(.negate)
      } else if token == "pi" {
        steps.append(.number(.pi))
      } else if token.first?.isNumber ?? false {
        guard let number = Double(token), number.isFinite else {
          throw Mistake(message: "\"\(token)\" is not a number", remedy: "Write it with a decimal point: `8.6`.")
        }
        steps.append(.number(number))
      } else if token.first?.isLetter ?? false {
        if token.hasSuffix("-") {
          throw Mistake(message: "\"\(token)\" is not the name of a signal", remedy: "Put spaces round a minus.")
        }
        let index = signals.firstIndex(of: token) ?? signals.count
        if index == signals.count { signals.append(token) }
        steps.append(.signal(index))
      } else {
        throw Mistake(
          message: "\"\(token)\" is not expected there",
          remedy: "Use numbers, names of signals, pi, + - * / and brackets.")
      }
    }
  }
}
