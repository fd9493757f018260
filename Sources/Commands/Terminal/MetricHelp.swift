/// What each series of `/metrics` says, as Prometheus shows it beside the name.
enum MetricHelp {
    static let texts: [String: String] = [
        "martlet_api_changes_total": "Changes that were asked for by the API or the page, by verb and status of the answer.",
        "martlet_application_healthy": "1 while all that the application consists of is healthy, else 0.",
        "martlet_application_objects": "How many objects the application consists of.",
        "martlet_application_synced": "1 while the cluster is as git says, else 0.",
        "martlet_deploy_info": "Always 1: the revision and the images that the workload was last deployed with.",
        "martlet_deploy_timestamp_seconds": "When the last deploy of the workload began, in seconds since 1970; of what is no workload, that of its application.",
        "martlet_deploys_total": "Deploys that ended since the daemon began, by outcome: succeeded, failed, rolled-back or superseded.",
        "martlet_healthy_duration_seconds": "How long it took from the first write of a change until all was healthy.",
        "martlet_image_bumps_total": "Images that the automation has changed in git.",
        "martlet_image_scans_total": "Looks at repositories of images, by registry and outcome.",
        "martlet_objects_total": "Objects that were written or deleted, by result.",
        "martlet_revisions_total": "Revisions that were new.",
        "martlet_rollout_phase":
            "1 for the phase that the rollout of the workload is in, 0 for all others; 0 for every phase while there is none.",
        "martlet_rollout_weight": "The share of requests that go to the stable and to the next version of the workload, in percent.",
        "martlet_source_failures_total": "Fetches of the repository that failed.",
        "martlet_sync_duration_seconds": "How long it took to apply a change.",
        "martlet_syncs_total": "Changes that were applied, by outcome.",
        "martlet_webhooks_total": "Webhooks that came, by provider and whether they were accepted.",
    ]
}
