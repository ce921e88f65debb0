import Telemetry
import Templates

/// Names and small words of evidence, as people read them.
public enum EvidenceWords {
  /// What has no word of its own (a signal of the plant) is called as it is.
  public static func name(_ name: String, _ language: Language) -> String {
    language == .chinese ? names[name] ?? name : name
  }

  public static func value(_ value: String, _ language: Language) -> String {
    guard language == .chinese else { return value }
    if let word = values[value] { return word }
    for (english, chinese) in beginnings where value.hasPrefix(english) {
      return chinese + value.dropFirst(english.count)
    }
    return value.replacing(", above ", with: "，高于 ").replacing(", below ", with: "，低于 ")
  }

  private static let values = [
    "none": "无", "unknown": "未知", "yes": "是", "no": "否", "not recorded": "无记录", "running": "运行", "stopped": "停机",
    "tripped": "已触发", "closed": "闭合", "open": "打开", "locked": "已上锁", "energised": "带电",
    "tightened": "加严检验", "discontinued": "暂停（不得抽样接收）",
  ]

  private static let beginnings = [
    ("above ", "高于 "), ("below ", "低于 "), ("high ", "上限 "), ("low ", "下限 "),
  ]

  private static let names = [
    "limit": "限值", "limits": "限值", "deadband": "死区", "criterion": "判据", "value": "数值", "usual": "通常", "now": "现值",
    "since": "起始", "count": "次数", "signal": "信号", "score": "偏离程度", "joint": "综合偏离", "zone": "区域", "source": "来源",
    "p10": "最早失效", "p50": "最可能失效", "p90": "最迟失效", "method": "方法", "in_an_hour": "一小时后", "probability": "概率",
    "last_reading": "最后读数", "expected_every_seconds": "应发送间隔（秒）", "day": "日期", "actual": "实际", "expected": "预期",
    "unit": "单位", "difference": "差值", "counted": "计量", "windows": "时段数", "per_day": "每天", "flow_per_hour": "每小时",
    "nights": "夜数", "waste_kwh": "浪费（kWh）", "waste_cost": "浪费金额", "waste_kg": "多排放（kg）", "cost_per_day": "每天损失",
    "idle": "空转", "producing": "生产", "off": "停机", "energy_share": "用能占比", "use_share": "利用占比",
    "projected_kw": "预计（kW）", "limit_kw": "限值（kW）", "power_kw": "功率（kW）", "to_shed_kw": "需削减（kW）",
    "minutes_left": "剩余（分钟）", "used": "已用", "projected": "预计", "register": "计数器", "from": "原值", "to": "现值",
    "hours": "运行小时", "every": "周期", "last_done": "上次完成", "specific_then": "原单位能耗", "specific_now": "现单位能耗",
    "aheadSeconds": "超前（秒）", "deviceTime": "设备时间", "plantTime": "工厂时间", "address": "地址", "reason": "原因",
    "reviews": "复核", "wrong": "判错", "model": "模型", "cpk": "Cpk", "ppk": "Ppk", "trouble": "问题", "order": "订单",
    "remaining_life": "剩余寿命", "learning": "学习状态", "hours_learnt": "已学习小时", "regimes": "工况数",
    "lot": "检验批", "lots": "检验批", "plan": "方案", "series": "供应商或产品", "lot_size": "批量", "level": "检验水平",
    "severity": "检验宽严", "sample": "样本量", "letter": "字码", "accept": "接收数", "reject": "拒收数", "inspected": "已检",
    "nonconforming": "不合格", "associated": "同一时段（相关不等于因果）", "seen": "发现", "units": "件号", "person": "人员",
  ]
}
