import Factors
import Plant
import Telemetry

/// The effective configuration of a gateway: templates resolved, defaults filled in, everything validated.
///
/// `canonicalText` is what the journal keeps: reading it again gives an equal `Site`.
public struct Site: Hashable, Sendable {
  public var gateway: GatewaySettings
  /// IANA zone of the plant; days, months and shifts are counted in it.
  public var zone: String
  public var clock: ClockSource
  public var connections: [Connection]
  public var assets: [Asset]
  public var horizons: [RecordKind: Horizon]
  public var energy: EnergySettings
  public var destinations: [Destination]
  public var storage: StorageSettings
  public var control: ControlSettings
  /// What electricity costs; nil = unknown.
  public var tariff: TariffSettings?
  /// What the plant makes; empty = unknown.
  public var products: [Product] = []
  /// Who declares their footprints; nil = not said.
  public var footprint: FootprintSettings?
  /// Thresholds of the detectors of bad data.
  public var quality = QualitySettings.standard
  /// Limits of machine condition; nil = none are told.
  public var condition: ConditionTable?
  /// How maintenance is planned.
  public var maintenance = MaintenanceSettings.standard
  /// How emissions are counted; nil = they are not.
  public var carbon: CarbonSettings?
  /// When people work; nil = unknown.
  public var shifts: ShiftPlan?
  /// How pieces flow through the lines; empty = not said.
  public var lines: [LineTopology] = []
  /// What periods may use; those of `carbon:` stand there. See `allBudgets`.
  public var budgets: [Budget] = []
  /// How the machines fail, by name: those that assets name and that are known.
  public var faultModels: [FaultModel] = []
  /// How findings become alarms and incidents; nil = they stay findings.
  public var alarms: AlarmSettings?
  /// Thresholds of the charts and tests of inspection stations.
  public var inspection = InspectionSettings.standard
  /// Canonical text of everything above, without secrets; `hash` is its SHA-256 in hexadecimal.
  public var canonicalText: String
  public var hash: String

  public init(
    gateway: GatewaySettings, zone: String, clock: ClockSource, connections: [Connection], assets: [Asset],
    horizons: [RecordKind: Horizon], energy: EnergySettings, destinations: [Destination], storage: StorageSettings,
    control: ControlSettings, canonicalText: String, hash: String
  ) {
    self.gateway = gateway
    self.zone = zone
    self.clock = clock
    self.connections = connections
    self.assets = assets
    self.horizons = horizons
    self.energy = energy
    self.destinations = destinations
    self.storage = storage
    self.control = control
    self.canonicalText = canonicalText
    self.hash = hash
  }
}

public struct GatewaySettings: Hashable, Sendable {
  /// Part of every record id and of the state topic `weir/<id>/state`. `[A-Za-z0-9_-]+`.
  public var id: String
  /// The data directory: `journal.sqlite`, `store.sqlite`, control socket, the embedded broker's folder.
  public var dataDirectory: String
  public init(id: String, dataDirectory: String) {
    self.id = id
    self.dataDirectory = dataDirectory
  }
}

/// Where time marks come from.
public enum ClockSource: String, Sendable {
  /// The system clock.
  case system
  /// Messages on `$weir/clock` (replay and simulation).
  case messages
}

/// One MQTT source of samples.
public struct Connection: Hashable, Sendable {
  public var name: String
  public var host: String
  public var port: Int
  /// Fixed client id of the persistent session.
  public var clientID: String
  public var username: String?
  /// Where the password comes from; never the password itself.
  public var password: Secret?
  public var tls: TLSSettings?
  public var keepAlive: Span64
  public var sessionExpiry: Span64
  /// Longest time that a received message waits for its commit.
  public var commitInterval: Span64
  /// Announced to the broker; larger messages are refused by it.
  public var maximumPacketSize: Int
  /// Not nil: the gateway runs the broker itself, as a supervised child on `host:port`.
  public var embedded: EmbeddedBrokerSettings?
  /// Not nil: a Sparkplug B host application, whose session ends with the connection.
  public var sparkplug: SparkplugSettings?
  /// Not nil: subscribed as `$share/<group>/…`, so that the broker divides the messages among the group's members.
  public var share: String?
  /// Not nil: what a topic sends faster than this is set aside.
  public var rateLimit: RateLimitSettings?

  public init(
    name: String, host: String, port: Int, clientID: String, username: String?, password: Secret?, tls: TLSSettings?,
    keepAlive: Span64, sessionExpiry: Span64, commitInterval: Span64, maximumPacketSize: Int,
    embedded: EmbeddedBrokerSettings?, sparkplug: SparkplugSettings? = nil
  ) {
    self.name = name
    self.host = host
    self.port = port
    self.clientID = clientID
    self.username = username
    self.password = password
    self.tls = tls
    self.keepAlive = keepAlive
    self.sessionExpiry = sessionExpiry
    self.commitInterval = commitInterval
    self.maximumPacketSize = maximumPacketSize
    self.embedded = embedded
    self.sparkplug = sparkplug
  }
}

/// Where a secret comes from. It is read when it is needed and is redacted in every output.
public enum Secret: Hashable, Sendable {
  case file(String)
  case environment(String)
  /// A systemd credential: a file of this name in `$CREDENTIALS_DIRECTORY`.
  case credential(String)
}

public struct TLSSettings: Hashable, Sendable {
  public var caFile: String?
  public var certificateFile: String?
  public var keyFile: String?
  public init(caFile: String?, certificateFile: String?, keyFile: String?) {
    self.caFile = caFile
    self.certificateFile = certificateFile
    self.keyFile = keyFile
  }
}

public struct EmbeddedBrokerSettings: Hashable, Sendable {
  public var maximumInflight: Int
  public var maximumQueuedBytes: Int
  public var maximumPacketSize: Int
  public var autosaveInterval: Span64
  /// Required as soon as the broker listens beyond loopback.
  public var passwordFile: String?
  public var tls: TLSSettings?
  public var requireCertificate: Bool
  public init(
    maximumInflight: Int, maximumQueuedBytes: Int, maximumPacketSize: Int, autosaveInterval: Span64,
    passwordFile: String?, tls: TLSSettings?, requireCertificate: Bool
  ) {
    self.maximumInflight = maximumInflight
    self.maximumQueuedBytes = maximumQueuedBytes
    self.maximumPacketSize = maximumPacketSize
    self.autosaveInterval = autosaveInterval
    self.passwordFile = passwordFile
    self.tls = tls
    self.requireCertificate = requireCertificate
  }
}

/// How long a kind of record waits for late samples, and how long it can still be revised.
public struct Horizon: Hashable, Sendable {
  public var lateness: Span64
  public var revision: Span64
  public init(lateness: Span64, revision: Span64) {
    self.lateness = lateness
    self.revision = revision
  }
}

public struct EnergySettings: Hashable, Sendable {
  /// Length of the energy and demand window; 15 minutes.
  public var window: Span64
  /// Share by which a reading may exceed rated power × time (`rules/energy`: a product choice, 1.2).
  public var plausibilityFactor: ScaledInteger
  /// Coefficients of standard coal; nil = records have no kgce.
  public var standardCoal: StandardCoalTable?
  /// Thresholds of balances, leaks, baselines and abnormal use.
  public var analysis = EnergyAnalysis.standard
  /// What advice on flexible loads may ask of people.
  public var advice = AdvicePolicy.balanced
  public init(window: Span64, plausibilityFactor: ScaledInteger) {
    self.window = window
    self.plausibilityFactor = plausibilityFactor
  }
}

/// One exact topic and how its payload is read.
public struct TopicMapping: Hashable, Sendable {
  /// An exact topic, without wildcards.
  public var topic: String
  public var timestamp: TimestampMapping?
  /// Path of the message id (events only).
  public var messageID: FieldPath?
  public var fields: [FieldMapping]
  public var payload: PayloadMapping
  public init(
    topic: String, timestamp: TimestampMapping?, messageID: FieldPath?, fields: [FieldMapping],
    payload: PayloadMapping = .json
  ) {
    self.payload = payload
    self.topic = topic
    self.timestamp = timestamp
    self.messageID = messageID
    self.fields = fields
  }
}

/// Steps into a payload: member names, array positions as decimal digits, or `[name=temp]` for the element of an array
/// whose member says so. No step: the payload itself.
public struct FieldPath: Hashable, Sendable, CustomStringConvertible {
  public var steps: [String]
  public init(_ steps: [String]) { self.steps = steps }
  public var description: String { Self.text(steps) }
  /// The steps as one name: the column of a table, the record of a pack.
  public var joined: String { steps.joined(separator: ".") }
}

public struct TimestampMapping: Hashable, Sendable {
  public enum Format: String, Sendable, CaseIterable {
    case epochSeconds = "epoch-s"
    case epochMilliseconds = "epoch-ms"
    case epochMicroseconds = "epoch-us"
    case epochNanoseconds = "epoch-ns"
    /// ISO 8601 / RFC 3339 with offset or `Z`.
    case iso8601 = "iso8601"
    /// ISO 8601 in the plant's zone, unless the text has an offset. Of a time that occurs twice, when the clock is put
    /// back, the first is taken; a time that is skipped, when it is put forward, is refused.
    case iso8601Local = "iso8601-local"

    /// A text, not a number.
    public var isText: Bool { self == .iso8601 || self == .iso8601Local }
  }
  public var path: FieldPath
  public var format: Format
  /// Where the nanoseconds within the second stand (`epoch-s` only).
  public var nanoseconds: FieldPath?
  public init(path: FieldPath, format: Format, nanoseconds: FieldPath? = nil) {
    self.path = path
    self.format = format
    self.nanoseconds = nanoseconds
  }
}

/// One payload field and the signal, or the attribute of the event, that it feeds.
public struct FieldMapping: Hashable, Sendable {
  /// Position in `Asset.signals`.
  public var signal: Int
  public var path: FieldPath
  /// Payload unit → signal unit: `value × numerator / denominator + offset`, exact.
  public var conversion: UnitConversion
  /// A message without this field goes to the quarantine.
  public var required: Bool
  /// For event signals: the attribute that the field becomes; an array becomes a repeated attribute.
  public var attribute: String?
  /// Unit of the payload's number, as the catalogue writes it (`Wh`); empty for texts.
  public var payloadUnit: String
  /// For attributes with a closed list of words: payload word → the plant's word (`ok` → `OK`, and `OK` → `OK`).
  /// Empty = any text.
  public var words: [String: String]
  /// The field holds a waveform, and the sample is a feature of it (in `payloadUnit`, before the conversion).
  public var waveform: WaveformMapping?
  public init(
    signal: Int, path: FieldPath, conversion: UnitConversion, required: Bool, attribute: String?,
    payloadUnit: String = "", words: [String: String] = [:], waveform: WaveformMapping? = nil
  ) {
    self.waveform = waveform
    self.signal = signal
    self.path = path
    self.conversion = conversion
    self.required = required
    self.attribute = attribute
    self.payloadUnit = payloadUnit
    self.words = words
  }
}

/// An exact linear conversion. The factor is a ratio of integers, the offset a decimal.
public struct UnitConversion: Hashable, Sendable {
  public var numerator: Int64
  public var denominator: Int64
  public var offset: ScaledInteger
  public static let identity = UnitConversion(numerator: 1, denominator: 1, offset: .zero)
  public var isIdentity: Bool { self == .identity }
  public init(numerator: Int64, denominator: Int64, offset: ScaledInteger) {
    self.numerator = numerator
    self.denominator = denominator
    self.offset = offset
  }
}

public struct Signal: Hashable, Sendable {
  public enum Kind: Hashable, Sendable {
    /// A momentary value (double).
    case gauge
    /// A cumulative counter (scaled integer) with what it counts.
    case register(Quantity)
    /// An amount since the last message (scaled integer) with what it counts.
    case delta(Quantity)
    /// One of a closed list of words; the sample's value is the word's position.
    case state(names: [String])
    /// Messages that are events (inspection results).
    case event
  }

  public var name: String
  public var kind: Kind
  /// Unit inside the gateway, for example `kWh`, `mm/s`, `°C`.
  public var unit: String
  /// Physical range in the signal's unit; outside it a sample is quarantined.
  public var minimum: Double?
  public var maximum: Double?
  /// A gap longer than this is missing data.
  public var expectedInterval: Span64
  /// Registers: the value at which the counter starts again at zero; nil if unknown.
  public var modulus: ScaledInteger?
  /// Registers and deltas: power of ten of the last digit (-2 = 0.01).
  public var resolution: Int8
  /// Registers and deltas: what can be counted in an hour at most, in the signal's unit; nil if unknown.
  public var maximumRate: ScaledInteger?
  /// States: payload words that mean the state at the same position in `names` (aliases), as (word, position).
  public var stateWords: [String: Int]
  /// What is different from the site's thresholds of data quality.
  public var quality = SignalQuality.none
  /// Gauges: limits of what is in order.
  public var alarm = SignalAlarm.none
  /// Gauges: what is measured of a machine (`FaultModel.roles`); nil = by name and unit.
  public var role: String?

  public init(
    name: String, kind: Kind, unit: String, minimum: Double?, maximum: Double?, expectedInterval: Span64,
    modulus: ScaledInteger?, resolution: Int8, stateWords: [String: Int]
  ) {
    self.name = name
    self.kind = kind
    self.unit = unit
    self.minimum = minimum
    self.maximum = maximum
    self.expectedInterval = expectedInterval
    self.modulus = modulus
    self.resolution = resolution
    self.stateWords = stateWords
  }
}

public struct Destination: Hashable, Sendable {
  public enum Transport: Hashable, Sendable {
    case file(path: String, rotateBytes: Int, keep: Int)
    case mqtt(Connection, topic: String, batch: Int, retainLast: Bool)
    case http(url: String, batch: Int, gzip: Bool, token: Secret?, tls: TLSSettings?, timeout: Span64)
    /// One record a message in another shape than the record's own.
    case message(Connection, topic: String, shape: MessageShape, retain: Bool)
    case webhook(Webhook)
    case email(Email)
  }
  public var name: String
  public var transport: Transport
  /// The allow-list: only these kinds and only these assets (patterns with `*`; empty = none) leave the plant.
  public var kinds: Set<RecordKind>
  public var assets: [String]
  public init(name: String, transport: Transport, kinds: Set<RecordKind>, assets: [String]) {
    self.name = name
    self.transport = transport
    self.kinds = kinds
    self.assets = assets
  }
}

public struct StorageSettings: Hashable, Sendable {
  /// Bound of the journal, WAL and free pages included.
  public var journalBytes: Int
  public var journalAge: Span64
  public var storeBytes: Int
  /// Below this the gateway evicts, then stalls.
  public var freeSpaceFloor: Int
  /// Preallocated file that is given back on a full disk.
  public var reserveBytes: Int
  public init(journalBytes: Int, journalAge: Span64, storeBytes: Int, freeSpaceFloor: Int, reserveBytes: Int) {
    self.journalBytes = journalBytes
    self.journalAge = journalAge
    self.storeBytes = storeBytes
    self.freeSpaceFloor = freeSpaceFloor
    self.reserveBytes = reserveBytes
  }
}

public struct ControlSettings: Hashable, Sendable {
  /// Loopback TCP port of `/metrics`, `/healthz`, `/readyz`; nil = off, 0 = any free port.
  public var metricsPort: Int?
  /// nil = whoever may open the control socket may do everything.
  public var roles: ControlRoles?
  /// What a maintenance system must know to tell the state of work orders through that port; nil = it cannot.
  public var workOrderToken: Secret?
  public init(metricsPort: Int?) { self.metricsPort = metricsPort }
}
