import Telemetry
import Testing

@Suite struct JSONValueTests {
  /// The number examples of RFC 8785, appendix B.
  @Test(
    arguments: [
      (0x0000_0000_0000_0000, "0"), (0x8000_0000_0000_0000, "0"), (0x0000_0000_0000_0001, "5e-324"),
      (0x7fef_ffff_ffff_ffff, "1.7976931348623157e+308"), (0x4340_0000_0000_0000, "9007199254740992"),
      (0xc340_0000_0000_0000, "-9007199254740992"), (0x4430_0000_0000_0000, "295147905179352830000"),
      (0x44b5_2d02_c7e1_4af5, "9.999999999999997e+22"), (0x44b5_2d02_c7e1_4af6, "1e+23"),
      (0x444b_1ae4_d6e2_ef4f, "999999999999999900000"), (0x444b_1ae4_d6e2_ef50, "1e+21"),
      (0x3eb0_c6f7_a0b5_ed8d, "0.000001"), (0x3eb0_c6f7_a0b5_ed8c, "9.999999999999997e-7"),
      (0x41b3_de43_5555_5553, "333333333.3333332"), (0xbecb_f647_612f_3696, "-0.0000033333333333333333"),
    ] as [(UInt64, String)])
  func numbersAsECMAScriptPrintsThem(bits: UInt64, text: String) {
    #expect(JSONValue.number(Double(bitPattern: bits)).canonicalText == text)
  }

  @Test func membersAreSortedByUTF16AndStringsEscaped() throws {
    // The member names of the example in RFC 8785, section 3.2.3.
    let value = try JSONValue(
      parsing: "{\"€\":1,\"\\r\":2,\"\u{FB33}\":3,\"1\":4,\"😀\":5,\"\\u0080\":6,\"ö\":\"\\u000f\\n\\\"\\\\\\/\"}")
    #expect(
      value.canonicalText
        == "{\"\\r\":2,\"1\":4,\"\u{80}\":6,\"ö\":\"\\u000f\\n\\\"\\\\/\",\"€\":1,\"😀\":5,\"\u{FB33}\":3}")
  }

  @Test func canonicalFormReadsBackAndIsStable() throws {
    let text = #"{"a":[1,2.5,-0.001,true,null,"x"],"b":{"c":{}},"d":[]}"#
    let value = try JSONValue(parsing: text)
    #expect(value.canonicalText == text)
    #expect(try JSONValue(parsing: value.canonicalBytes()) == value)
  }

  @Test(arguments: [
    "", "{", "[1,]", "{\"a\" 1}", "01", "1.", "\"\\x\"", "\"abc", "tru", "1 2", "{\"a\":1,}", "\"\\ud800\"", "-",
    "\u{1}",
  ])
  func refusesWhatIsNotJSON(text: String) {
    #expect(throws: JSONParseError.self) { try JSONValue(parsing: text) }
  }

  @Test func deepNestingIsAnErrorAndNotACrash() {
    #expect(throws: JSONParseError.self) {
      try JSONValue(parsing: String(repeating: "[", count: 100_000))
    }
  }
}
