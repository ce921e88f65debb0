import CMosquitto

/// Checks of topic names and filters by the rules of MQTT.
public enum TopicFilter {
  /// Whether a broker would accept this filter (`+` and `#` in their places, UTF-8, not empty).
  public static func isValid(_ filter: String) -> Bool {
    mosquitto_sub_topic_check(filter) == MOSQ_ERR_SUCCESS.rawValue && !filter.isEmpty
  }

  /// Whether messages can be published to this topic (no wildcards).
  public static func isValidTopic(_ topic: String) -> Bool {
    mosquitto_pub_topic_check(topic) == MOSQ_ERR_SUCCESS.rawValue && !topic.isEmpty
  }
}
