extension Asset {
  /// `site/area/line/cell`, without the levels that are not given.
  public var place: String { [site, area, line, cell].filter { !$0.isEmpty }.joined(separator: "/") }
}
