internal import Document

/// Hands: a mouse and a keyboard, as the browser gets them from the system.
extension BrowserPage {
    /// Presses in the middle of an element, once it is there and can be pressed.
    package func click(_ selector: String) async throws {
        try await click(expression: "document.querySelector(\(Self.literal(selector)))", selector)
    }

    /// Presses the first button or link inside `within` that bears this text.
    package func press(_ text: String, within selector: String = "body") async throws {
        let name = Self.literal(text)
        let find = """
            [...(document.querySelector(\(Self.literal(selector))) ?? document.createElement('i')).querySelectorAll('button, a, summary')]
              .find((e) => e.innerText.trim() === \(name) || e.getAttribute('aria-label') === \(name))
            """
        try await click(expression: find, "\"\(text)\" in \(selector)")
    }

    private func click(expression: String, _ what: String) async throws {
        try await waitFor("(() => { const e = \(expression); return e && !e.disabled && e.getClientRects().length > 0 })()", "\(what) to press")
        let place = try await evaluate(
            """
            (() => { const e = \(expression); e.scrollIntoView({ block: 'center', behavior: 'instant' }); const r = e.getBoundingClientRect();
            return [r.left + r.width / 2, r.top + r.height / 2] })()
            """)
        guard let x = place[0]?.double, let y = place[1]?.double else { throw BrowserError("\(what) is nowhere") }
        try await mouse("mouseMoved", x, y)
        try await mouse("mousePressed", x, y)
        try await mouse("mouseReleased", x, y)
    }

    /// One event of the mouse, at a place in the window.
    package func mouse(_ type: String, _ x: Double, _ y: Double, down: Bool = false) async throws {
        var parameters: Value = ["type": .string(type), "x": .double(x), "y": .double(y)]
        if type != "mouseMoved" {
            parameters["button"] = "left"
            parameters["clickCount"] = 1
        } else if down {
            parameters["button"] = "left"
            parameters["buttons"] = 1
        }
        try await send("Input.dispatchMouseEvent", parameters)
    }

    /// Writes into a field, in place of what is there.
    package func type(_ text: String, into selector: String) async throws {
        try await waitFor(selector: selector)
        try await evaluate("(() => { const e = document.querySelector(\(Self.literal(selector))); e.focus(); e.select?.() })()")
        try await send("Input.insertText", ["text": .string(text)])
    }

    /// A key by its name, as `KeyboardEvent.key` has it: `a`, `Enter`, `Tab`, `ArrowLeft`.
    package func key(_ name: String) async throws {
        let codes: [String: Int64] = ["Enter": 13, "Tab": 9, "Escape": 27, "ArrowLeft": 37, "ArrowUp": 38, "ArrowRight": 39, "ArrowDown": 40, " ": 32]
        var parameters: Value = ["type": "keyDown", "key": .string(name)]
        if let code = codes[name] { parameters["windowsVirtualKeyCode"] = .int(code) }
        if name.count == 1 || name == "Enter" { parameters["text"] = .string(name == "Enter" ? "\r" : name) }
        try await send("Input.dispatchKeyEvent", parameters)
        parameters["type"] = "keyUp"
        parameters["text"] = nil
        try await send("Input.dispatchKeyEvent", parameters)
    }
}
