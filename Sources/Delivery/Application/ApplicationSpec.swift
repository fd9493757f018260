package import Document
package import Kubernetes
package import Rollout

/// One unit that is rendered, planned and applied together: a folder of manifests
/// or a chart, and how to treat it. Written in `martlet.yaml`, or implied by a
/// folder where no one wrote anything.
package struct ApplicationSpec: Sendable, Hashable {
    package struct Helm: Sendable, Hashable {
        package var releaseName: String?
        /// Relative to the chart, to its folder where it is packed; later files win.
        package var valuesFiles: [String] = []
        /// Wins over the files.
        package var values: Value = .mapping([:])
        /// What would stand behind `--set`; wins over all values.
        package var set: [String] = []
        package var skipsCRDs = false
        package var skipsSchemaValidation = false
    }

    package enum Drift: String, Sendable, Hashable, CaseIterable {
        /// Put back.
        case correct
        /// Report.
        case warn
        case ignore
    }

    package var name: String
    /// Of its declaration: what they say counts for each of its workloads that says nothing else.
    package var annotations: Mapping = [:]
    /// From the root of the repository, without a slash at either end; "" is the root.
    /// A packed chart's is the archive itself.
    package var path: String
    /// For objects that name none; where it is given it is made when it is missing.
    package var namespace: String?
    package var helm = Helm()
    /// Applications that must be healthy first.
    package var dependsOn: [String] = []
    package var prunes = true
    package var deletionBudget = DeletionBudget()
    package var drift = Drift.correct
    package var isSuspended = false
    package var healthTimeout: Duration = .seconds(300)
    /// From `Metric` documents that hold for it: what `martlet.dev/analysis` may name besides the built-in ones.
    package var metrics: [MetricDefinition] = []
    /// Where it was written; the folder itself for an implied application.
    package var origin: Origin

    /// Whether `path` is a chart as `helm package` writes it.
    package var isPackedChart: Bool { path.hasSuffix(".tgz") }

    /// What the paths of values files are relative to.
    package var valuesFolder: String { isPackedChart ? folder(of: path) : path }

    package init(name: String, path: String, origin: Origin) {
        self.name = name
        self.path = path
        self.origin = origin
    }
}

/// How much one plan may delete before a person has to agree.
package struct DeletionBudget: Sendable, Hashable {
    /// Up to this many deletions are never asked about.
    package var freely = 5
    /// Of the objects in the inventory.
    package var percent = 20.0

    package init() {}

    /// From `20%` or a number of objects; nil for anything else.
    package init?(_ text: String) {
        if text.hasSuffix("%") {
            guard let percent = Double(text.dropLast()), percent.isFinite, (0...100).contains(percent) else { return nil }
            self.percent = percent
        } else {
            guard let count = Int(text), count >= 0 else { return nil }
            freely = count
            percent = 0
        }
    }

    /// Whether `count` deletions out of `total` known objects pass without asking.
    package func allows(_ count: Int, of total: Int) -> Bool {
        count <= freely || Double(count) * 100 <= percent * Double(max(total, 1))
    }
}
