import Telemetry

extension AlarmSettings {
  /// Everything inline: a replay needs no table.
  func write(to writer: inout CanonicalWriter) {
    writer.object("alarms", lineBreak: true) { writer in
      writer.newLine()
      writer.field("table", table)
      writer.newLine()
      writer.list("classes", lineBreak: true) { writer in
        for kind in classes {
          writer.newLine()
          writer.object { kind.write(to: &$0) }
        }
      }
      writer.newLine()
      writer.list("priorities") { writer in
        for severity in Finding.Severity.allCases {
          writer.object { writer in
            writer.field("severity", severity.word)
            for criticality in Asset.Criticality.allCases {
              writer.field(criticality.rawValue, priority(severity, criticality)?.word ?? "none")
            }
          }
        }
      }
      writer.newLine()
      writePlant(to: &writer)
      writeThresholds(to: &writer)
      writer.newLine()
      writeWatched(to: &writer)
      writer.newLine()
      writeCalled(to: &writer)
      writer.newLine()
      writer.list("targets") { writer in
        for target in targets {
          writer.object { writer in
            writer.field("metric", target.metric)
            writer.field("at-most", "\(target.atMost)")
            writer.field("manageable", target.manageable.map { "\($0)" })
            writer.field("status", target.status)
          }
        }
      }
    }
  }

  private func writePlant(to writer: inout CanonicalWriter) {
    if !segments.isEmpty {
      writer.list("segments") { writer in
        for segment in segments {
          writer.object { writer in
            writer.field("name", segment.name)
            writer.list("assets", segment.assets)
          }
        }
      }
      writer.newLine()
    }
    if !suppressions.isEmpty {
      writer.list("suppressions") { writer in
        for suppression in suppressions {
          writer.object { writer in
            writer.list("rules", suppression.rules)
            writer.list("assets", suppression.assets)
            writer.field("while", suppression.cause)
            writer.field("at", suppression.causeAsset)
          }
        }
      }
      writer.newLine()
    }
    guard !supplies.isEmpty else { return }
    writer.list("supplies") { writer in
      for supply in supplies {
        writer.object { writer in
          writer.field("asset", supply.asset)
          writer.list("dependants", supply.dependants)
        }
      }
    }
    writer.newLine()
  }

  private func writeThresholds(to writer: inout CanonicalWriter) {
    writer.object("grouping") { writer in
      writer.field("window", QuantityText.text(grouping.window))
      writer.field("settle", QuantityText.text(grouping.settle))
      writer.field("segment-devices", grouping.segmentDevices)
      writer.field("segment-share", "\(grouping.segmentPercent) %")
      writer.field("quiet", QuantityText.text(grouping.quiet))
    }
    writer.newLine()
    writer.object("flood") { writer in
      writer.field("interval", QuantityText.text(flood.interval))
      writer.field("start-above", flood.startAbove)
      writer.field("end-below", flood.endBelow)
      writer.field("hour-above", flood.hourAbove)
    }
    writer.newLine()
    writer.object("chattering") { writer in
      writer.field("activations", chattering.activations)
      writer.field("window", QuantityText.text(chattering.window))
    }
    writer.newLine()
    writer.field("stale-after", QuantityText.text(staleAfter))
    writer.field("longest-shelving", QuantityText.text(longestShelving))
  }
}

extension AlarmSettings.Class {
  fileprivate func write(to writer: inout CanonicalWriter) {
    writer.list("rules", rules)
    writer.field("category", category.rawValue)
    if onDelay != .zero { writer.field("on-delay", QuantityText.text(onDelay)) }
    if offDelay != .zero { writer.field("off-delay", QuantityText.text(offDelay)) }
    if isLatching { writer.field("latching", true) }
    if isBlinding { writer.field("blinding", true) }
    if isIgnored { writer.field("ignored", true) }
  }
}
