import Ledger
import Telemetry
import Testing

@Suite struct MerkleTests {
  /// The leaves and roots that Certificate Transparency's implementations of RFC 6962 are tested with.
  private static let entries: [[UInt8]] = [
    [], [0x00], [0x10], [0x20, 0x21], [0x30, 0x31], [0x40, 0x41, 0x42, 0x43], Array(0x50...0x57), Array(0x60...0x6f),
  ]
  private static let roots = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
  ]

  @Test func rootsAreThoseOfRFC6962() {
    var tree = MerkleTree()
    #expect(LedgerHash.hex(tree.root) == Self.roots[0])
    for (entry, root) in zip(Self.entries, Self.roots.dropFirst()) {
      tree.append(entry)
      #expect(LedgerHash.hex(tree.root) == root)
    }
  }

  @Test func everyLeafHasAPathAndNoOtherFits() {
    for count in 1...33 {
      let entries = (0..<count).map { [UInt8(1), UInt8($0)] }
      var tree = MerkleTree()
      for entry in entries { tree.append(entry) }
      for index in 0..<count {
        let path = MerklePath(to: index, in: entries)
        #expect(path.root(for: entries[index]) == tree.root)
        #expect(path.root(for: [9]) != tree.root)
        var other = path
        other.index = Int64((index + 1) % count)
        if count > 1 { #expect(other.root(for: entries[index]) != tree.root) }
        other = path
        other.nodes.append(LedgerHash.genesis)
        #expect(other.root(for: entries[index]) == nil)
        if !path.nodes.isEmpty {
          other = path
          other.nodes.removeLast()
          #expect(other.root(for: entries[index]) != tree.root)
        }
      }
    }
  }

  @Test func hexIsStrict() {
    let hash = LedgerHash.sha256([1])
    #expect(LedgerHash.bytes(hex: LedgerHash.hex(hash)) == hash)
    for text in ["", "00", LedgerHash.hex(hash).uppercased(), LedgerHash.hex(hash).dropLast() + "g"] {
      #expect(LedgerHash.bytes(hex: String(text)) == nil)
    }
  }
}
