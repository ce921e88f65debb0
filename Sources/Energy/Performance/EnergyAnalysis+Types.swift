import Templates

/// The site's thresholds, as the calculations take them.
extension EnergyAnalysis {
  public var balanceWatch: BalanceWatch.Settings {
    BalanceWatch.Settings(
      consecutive: balanceWindows, slack: balanceSlack.doubleValue, threshold: balanceThreshold.doubleValue)
  }
  public var leakWatch: LeakWatch.Settings {
    LeakWatch.Settings(night: nightFrom..<max(nightFrom, nightTo), share: leakShare.doubleValue, nights: leakNights)
  }
  public var baselineCriteria: EnergyBaseline.Criteria {
    EnergyBaseline.Criteria(
      minimumR2: minimumR2?.doubleValue, maximumP: maximumP?.doubleValue,
      maximumCV: maximumCV.map { $0.doubleValue * 100 }, maximumNMBE: maximumNMBE.map { $0.doubleValue * 100 })
  }
  public var abnormalUse: AbnormalUse {
    AbnormalUse(
      warning: warning.doubleValue, alarm: alarm.doubleValue, minimumShare: minimumShare.doubleValue)
  }
}
