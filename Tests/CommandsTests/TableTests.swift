@testable import Commands
import Testing

@Suite struct TableTests {
    @Test func columns() {
        var table = Table("NAME", "SYNC")
        table.add("a", "Synced")
        table.add("a-long-name", "Failed")
        #expect(table.text == "NAME          SYNC\na             Synced\na-long-name   Failed")
        #expect(Table("ONE").text == "ONE")
    }

    @Test func oddRows() {
        var table = Table("A", "B")
        table.add("x")
        table.add("x", "y", "z")
        table.add("ä", "日本")
        #expect(table.text.split(separator: "\n").count == 4)
    }
}
