import Telemetry

/// What is watched, who is told, what becomes work, as canonical text.
extension AlarmSettings {
  func writeWatched(to writer: inout CanonicalWriter) {
    if !safety.isEmpty {
      writer.list("safety") { writer in
        for condition in safety {
          writer.object { condition.write(to: &$0) }
        }
      }
    }
    writer.list("limits") { writer in
      for limit in limits {
        writer.object { writer in
          writer.field("kind", limit.name)
          writer.list("units", limit.units)
          writer.list("words", limit.words)
          writer.field("deadband", "\(limit.deadbandPercent) %")
          writer.field("on-delay", QuantityText.text(limit.onDelay))
          writer.field("off-delay", QuantityText.text(limit.offDelay))
        }
      }
    }
    writer.list("guides") { writer in
      for guide in guides {
        writer.object { writer in
          writer.list("rules", guide.rules)
          guide.title?.write("title", to: &writer)
          guide.ignored?.write("ignored", to: &writer)
          if !guide.steps.isEmpty {
            writer.list("steps") { writer in
              for step in guide.steps { writer.object { step.members(&$0) } }
            }
          }
          guide.skill?.write("skill", to: &writer)
        }
      }
    }
  }

  func writeCalled(to writer: inout CanonicalWriter) {
    if language != .english { writer.field("language", language.rawValue) }
    if let workOrders {
      writer.object("work-orders") { writer in
        writer.field("horizon", workOrders.horizon.map { QuantityText.text($0) })
        writer.list("priorities", workOrders.priorities.map(\.word))
        writer.field("status-topic", workOrders.statusTopic)
        if !workOrders.statusBrokers.isEmpty { writer.list("status-brokers", workOrders.statusBrokers) }
      }
    }
    if !routes.isEmpty {
      writer.list("routes") { writer in
        for route in routes { writer.object { route.write(to: &$0) } }
      }
    }
    guard !lights.isEmpty else { return }
    writer.list("stack-lights") { writer in
      for light in lights {
        writer.object { writer in
          writer.field("to", light.to)
          writer.field("place", light.place)
        }
      }
    }
  }
}

extension AlarmSettings.SafetyCondition {
  fileprivate func write(to writer: inout CanonicalWriter) {
    writer.field("rule", rule)
    writer.list("assets", assets)
    title?.write("title", to: &writer)
    writer.list("when") { writer in
      for part in parts {
        writer.object { writer in
          writer.field("signal", part.signal)
          switch part.test {
          case .above(let limit): writer.field("above", "\(limit)")
          case .below(let limit): writer.field("below", "\(limit)")
          case .state(let word): writer.field("is", word)
          case .rising(let by, let within):
            writer.field("rises", "\(by)")
            writer.field("within", QuantityText.text(within))
          }
          if part.deadband > 0 { writer.field("deadband", "\(part.deadband)") }
        }
      }
    }
  }
}

extension AlarmSettings.Route {
  fileprivate func write(to writer: inout CanonicalWriter) {
    writer.field("name", name)
    writer.list("to", to)
    writer.list("priorities", priorities.map(\.word))
    writer.field("place", place)
    writer.list("assets", assets)
    if !shifts.isEmpty { writer.list("shifts", shifts) }
    writer.field("after", QuantityText.text(after))
    writer.field("again", again.map { QuantityText.text($0) })
    writer.field("at-most", atMost)
    writer.field("within", QuantityText.text(within))
    writer.field("returns", QuantityText.text(returns))
    writer.list("tells", events.map(\.rawValue))
    writer.field("language", language?.rawValue)
  }
}
