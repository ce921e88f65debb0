import Telemetry
import Templates

/// The sentence of a finding in Chinese: a template of its rule, filled with the finding's evidence.
///
/// Findings carry one English sentence, made where the numbers are known, and the numbers as evidence. The Chinese one is
/// made of the evidence here, at one place, so that nothing is translated back from free text. In a template `{name}` is the
/// evidence of that name, and what stands in brackets is left out if something in it is unknown. The first template counts
/// of which everything is known; without one the sentence is the rule's title with its readings.
struct FindingSentence {
  private let subject: AlarmSubject
  private let evidence: AlarmGuidance.Evidence
  private let title: String?

  init(_ subject: AlarmSubject, _ evidence: AlarmGuidance.Evidence, title: String?) {
    self.subject = subject
    self.evidence = evidence
    self.title = title
  }

  /// Nil if nothing is known but the English sentence.
  var chinese: String? {
    for entry in Self.templates where entry.rules.contains(where: { Wildcard.matches(subject.rule, $0) }) {
      for template in entry.templates {
        // A space after a full-width bracket would be one too many.
        if let text = fill(template) { return text.replacing("） ", with: "）") }
      }
    }
    guard let title else { return nil }
    let readings = readings
    return "\(subject.subject) \(title)" + (readings.isEmpty ? "" : "：\(readings)")
  }

  // MARK: - Filling

  private func fill(_ template: String) -> String? {
    var out = ""
    var rest = Substring(template)
    while let open = rest.firstIndex(of: "[") {
      guard let close = rest[open...].firstIndex(of: "]"), let before = plain(rest[..<open]) else { return nil }
      out += before
      out += plain(rest[rest.index(after: open)..<close]) ?? ""
      rest = rest[rest.index(after: close)...]
    }
    guard let last = plain(rest) else { return nil }
    return out + last
  }

  /// Nil if a value is unknown.
  private func plain(_ template: Substring) -> String? {
    var out = ""
    var rest = template
    while let open = rest.firstIndex(of: "{") {
      guard let close = rest[open...].firstIndex(of: "}") else { break }
      guard let value = value(String(rest[rest.index(after: open)..<close])) else { return nil }
      out += rest[..<open] + value
      rest = rest[rest.index(after: close)...]
    }
    return out + rest
  }

  private func value(_ name: String) -> String? {
    switch name {
    case "subject": return subject.place.isEmpty ? subject.subject : "\(subject.subject)（\(subject.place)）"
    case "title": return title
    case "fault": return evidence["name_zh"] ?? evidence["fault_1_zh"]
    case "first": return evidence.readings.first.map { "\($0.name) \(EvidenceWords.value($0.value, .chinese))" }
    case "readings": return readings.isEmpty ? nil : readings
    // The part of the key behind the subject: which signal, defect, value.
    case "part":
      let parts = subject.key.split(separator: "/").dropFirst(2)
      return parts.isEmpty ? nil : parts.joined(separator: "/")
    default: return evidence[name].map { EvidenceWords.value($0, .chinese) }
    }
  }

  private var readings: String {
    evidence.readings.prefix(4).map {
      "\(EvidenceWords.name($0.name, .chinese)) \(EvidenceWords.value($0.value, .chinese))"
    }.joined(separator: "，")
  }

  // MARK: - The sentences

  private typealias Entry = (rules: [String], templates: [String])

  private static let templates: [Entry] = equipment + energy + quality + devices + gateway

  private static let equipment: [Entry] = [
    (["limit-*"], ["{subject} 的 {first}，超出限值：{limit}。"]),
    (["fault"], ["{subject} 出现故障“{fault}”[：{limit}]。"]),
    (["condition-change"], ["{subject} 偏离正常状态[，最可能的故障是“{fault}”]，偏离程度 {score}。", "{subject} 偏离正常状态。"]),
    (["remaining-life"], ["{subject} 预计失效[（{fault}）]：最早 {p10}，最可能 {p50}，最迟 {p90}。"]),
    (["sensor-fault"], ["{subject} 的传感器 {signal} 不可信（{trouble}）。"]),
    (["condition-zone"], ["{subject} 的{part}为 {value}，处于 {zone} 区，限值 {limits}。"]),
    (["efficiency-loss"], ["{subject} 能效下降：单位能耗由 {specific_then} 升至 {specific_now}。"]),
    (["service-due"], ["{subject} 的保养“{part}”到期：已运行 {hours} h，周期 {every}[，上次 {last_done}]。"]),
    (
      ["forecast-limit"],
      [
        "{subject} 的 {part} 预计一小时内超限：现为 {now}，一小时后 {in_an_hour}，限值 {limit}，概率 {probability}。",
        "{subject} 的 {part} 已超限：{now}，限值 {limit}。",
      ]
    ),
    (["safety-vision"], ["{subject} 发现人员危险[：{seen}][（{step}）]。"]),
    (["lockout-*", "gas", "gas-*", "temperature-runaway", "safety-*"], ["{subject}：{title}，{readings}。"]),
  ]

  private static let energy: [Entry] = [
    (["energy-imbalance"], ["{subject} 与其下级表计相差 {difference} {unit}（计量 {counted} {unit}），自 {since} 起。"]),
    (["leak-suspected"], ["{subject} 疑似泄漏：每小时 {flow_per_hour} {unit}，每天 {per_day} {unit}，自 {since} 起已 {nights} 夜。"]),
    (["energy-abnormal"], ["{subject} 在 {day} 用能 {actual} {unit}，预期 {expected} {unit}[，主要来自 {contributors}]。"]),
    (["idle-waste"], ["{subject} 在 {day} 空转浪费 {waste_kwh} kWh，空转 {idle}，生产 {producing}。"]),
    (["high-energy-low-use"], ["{subject} 在 {day} 用能占 {energy_share}，而利用只占 {use_share}。"]),
    (
      ["demand-projected"],
      ["{subject} 本需量周期预计达到 {projected_kw} kW，限值 {limit_kw} kW，剩余 {minutes_left} min，需削减 {to_shed_kw} kW。"]
    ),
    (["budget-*"], ["{subject} 的预算已用 {used}[，预计 {projected}]，限额 {limit}。"]),
    (["counter-*", "register-*"], ["{subject} 的计数器 {register} 在 {time} 由 {from} 变为 {to}。"]),
    (["order-open-too-long"], ["{subject} 的订单 {order} 自 {since} 起未关闭。"]),
  ]

  private static let quality: [Entry] = [
    (
      ["defect-rate"], ["{subject} 的不良率（{part}）偏高：现为 {now}，通常 {usual}。[同一时段（相关不等于因果）：{associated}。]"]
    ),
    (["recognition-accuracy"], ["{subject} 识别准确率下降：复核 {reviews} 件，判错 {wrong} 件。"]),
    (["confidence-drift"], ["{subject} 的识别置信度漂移[（模型 {model}）]。"]),
    (["measurement-shift"], ["{subject} 的测量值 {part} 偏移[：{values} 个值中 {outside_limits} 个超差]。"]),
    (["capability"], ["{subject} 的过程能力不足（{part}）：Cpk {cpk}。"]),
    (["model-change"], ["{subject} 的识别模型由 {from} 改为 {to}[，不良率由 {rejected_before} 变为 {rejected_after}]。"]),
    (
      ["lot-refused"],
      [
        "检验批 {lot} 拒收（{subject}，方案 {plan}）：抽检 {inspected} 件，不合格 {nonconforming} 件，拒收数 {reject}（AQL {aql}）。",
        "检验批 {lot} 由人工判定拒收（{subject}，方案 {plan}）。",
      ]
    ),
    (["recipe-change"], ["{subject} 的检测程序由 {from} 改为 {to}[，不良率由 {rejected_before} 变为 {rejected_after}]。"]),
    (["lot-undecided"], ["{subject} 有 {count} 个检验批无法判定（方案 {plan}）：{lots}。"]),
    (["inspection-severity"], ["{subject} 的抽样检验已转为 {severity}（方案 {plan}[，{series}]），自 {since} 起。"]),
    (["rejected-unit-passed"], ["{subject} 有不合格件流出。"]),
    (["rejected-units-forgotten"], ["未放行的不合格件过多，最早的不再跟踪。"]),
  ]

  private static let devices: [Entry] = [
    (["no-data"], ["{subject} 没有可用数据，最后读数：{last_reading}。"]),
    (["stuck-value"], ["{subject} 的 {signal} 数值卡在 {value}，自 {since} 起。"]),
    (["flat-line"], ["{subject} 的 {signal} 几乎不再变化（{value}），自 {since} 起。"]),
    (["spike"], ["{subject} 的 {signal} 出现尖峰 {value}[，通常 {usual}]，自 {since} 起共 {count} 次。"]),
    (["noise-change"], ["{subject} 的 {signal} 噪声改变：{value}[，通常 {usual}]，自 {since} 起。"]),
    (["out-of-range"], ["{subject} 的 {signal} 超出量程：{value}，自 {since} 起共 {count} 次。"]),
    (["rate-of-change"], ["{subject} 的 {signal} 变化过快：{value}[，通常 {usual}]，自 {since} 起。"]),
    (["sibling-disagreement"], ["{subject} 的 {signal} 与同类不一致：{value}[，通常 {usual}]，自 {since} 起。"]),
    (["unit-change"], ["{subject} 的 {signal} 单位可能已改变：{value}[，通常 {usual}][，疑为 {suspected}]。"]),
    (["gap"], ["{subject} 的 {signal} 数据缺失，自 {since} 起共 {count} 处。"]),
    (["clock-skew"], ["{subject} 的时钟偏差 {aheadSeconds} s。"]),
    (["future-clock"], ["{subject} 的时钟超前 {aheadSeconds} s：设备时间 {deviceTime}，工厂时间 {plantTime}。"]),
    (["clock-reset"], ["{subject} 的时钟被复位：设备时间 {deviceTime}，工厂时间 {plantTime}。"]),
    (["babbling-source"], ["{subject} 发送过快，多余的消息被搁置。"]),
    (["duplicate-publisher"], ["{subject} 有两个设备在发送。"]),
  ]

  private static let gateway: [Entry] = [
    (["connection-down"], ["与消息服务器的连接中断（{part}）。", "与消息服务器的连接中断。"]),
    (["destination-held"], ["目的地 {subject} 暂停投递[（{reason}）]：{address}。"]),
    (["disk-full"], ["网关磁盘已满。"]),
    (["store-failing"], ["网关的记录库无法写入；安全告警仍会送出。"]),
    (["records-evicted"], ["记录库已满，部分记录在送达之前被删除。"]),
    (["clock-unsynchronised"], ["网关时钟没有时间同步。"]),
    (["system-clock"], ["网关系统时钟发生跳变。"]),
    (["journal-damaged", "journal-set-aside"], ["网关的日志文件损坏。"]),
    (["store-opening"], ["打开网关记录库时发现问题。"]),
    (["no-disk-reserve"], ["网关无法预留磁盘空间。"]),
    (["rule-failed"], ["{subject} 的一条规则出错并停用（{part}）。", "{subject} 的一条规则出错并停用。"]),
    (["history-damaged"], ["{subject} 的历史数据损坏。"]),
    (["configuration-refused"], ["新配置被拒绝，原配置继续有效。"]),
    (["metrics-port"], ["监控端口无法打开。"]),
  ]
}
