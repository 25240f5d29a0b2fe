//! Field masks: what is named is told, over gRPC and in JSON, and a path that names nothing is refused.

use matcher_grpc::auth::Role;
use matcher_grpc::wire::v1;
use prost_types::FieldMask;
use serde_json::json;
use tonic::Code;
use tonic_types::StatusExt as _;

use crate::harness::{Service, small_town, within};
use crate::json::{Caller, detail};

fn mask(paths: &[&str]) -> FieldMask {
    FieldMask { paths: paths.iter().map(|path| (*path).to_owned()).collect() }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_named_is_told_and_nothing_else() {
    within(async {
        let service = Service::start().await;
        let mut clients = service.clients("town", Role::Planner).await;
        let dataset = clients.create(&small_town()).await;
        let run = clients.run(&dataset.dataset_id).await;
        let run_id = || run.run_id.clone();

        let request = v1::GetRunRequest { run_id: run_id(), read_mask: Some(mask(&["state", "result.totals.filled", "etag"])) };
        let told = clients.allocation.get_run(request).await.unwrap().into_inner().run.unwrap();
        let filled = run.result.as_ref().unwrap().totals.unwrap().filled;
        let totals = v1::RunTotals { filled, ..v1::RunTotals::default() };
        let result = v1::RunResult { totals: Some(totals), ..v1::RunResult::default() };
        assert!(filled > 0 && !run.etag.is_empty());
        assert_eq!(told, v1::Run { state: run.state, etag: run.etag.clone(), result: Some(result), ..v1::Run::default() });

        // None, no path and `*` are everything; a mask goes on with the pages.
        for all in [None, Some(mask(&[])), Some(mask(&["*"]))] {
            let request = v1::GetRunRequest { run_id: run_id(), read_mask: all };
            assert_eq!(clients.allocation.get_run(request).await.unwrap().into_inner().run.as_ref(), Some(&run));
        }
        let request = v1::ListRunsRequest { read_mask: Some(mask(&["run_id"])), ..v1::ListRunsRequest::default() };
        let listed = clients.allocation.list_runs(request).await.unwrap().into_inner();
        assert_eq!(listed.runs, [v1::Run { run_id: run_id(), ..v1::Run::default() }]);
        let request =
            v1::ListOffersRequest { run_id: run_id(), page_size: 2, read_mask: Some(mask(&["household_id"])), ..Default::default() };
        let first = clients.allocation.list_offers(request.clone()).await.unwrap().into_inner();
        let second = v1::ListOffersRequest { page_token: first.next_page_token.clone(), ..request };
        let second = clients.allocation.list_offers(second).await.unwrap().into_inner();
        assert_eq!((first.offers.len(), first.total_size), (2, filled));
        for offer in first.offers.iter().chain(&second.offers) {
            assert!(!offer.household_id.is_empty());
            assert_eq!(*offer, v1::Offer { household_id: offer.household_id.clone(), ..v1::Offer::default() });
        }
        let request = v1::ListShortlistsRequest {
            run_id: run_id(),
            page_size: 3,
            read_mask: Some(mask(&["candidates.*.rank"])),
            ..Default::default()
        };
        let shortlists = clients.allocation.list_shortlists(request.clone()).await.unwrap().into_inner().shortlists;
        let ranks =
            |list: &v1::Shortlist| (1..).zip(&list.candidates).all(|(rank, told)| *told == v1::Candidate { rank, ..Default::default() });
        assert!(shortlists.iter().all(|list| list.dwelling_id.is_empty() && !list.candidates.is_empty() && ranks(list)), "{shortlists:?}");
        let request = v1::GetDatasetRequest { dataset_id: dataset.dataset_id.clone(), read_mask: Some(mask(&["files.*.name", "counts"])) };
        let told = clients.datasets.get_dataset(request).await.unwrap().into_inner().dataset.unwrap();
        assert!(told.files.len() == dataset.files.len() && told.files.iter().all(|file| file.sha256.is_empty() && !file.name.is_empty()));
        assert_eq!((told.counts, told.dataset_id.as_str()), (dataset.counts, ""));

        let request = v1::ListQuotaResultsRequest { run_id: run_id(), read_mask: Some(mask(&["quota_id", "Ada"])), ..Default::default() };
        let refused = clients.allocation.list_quota_results(request).await.unwrap_err();
        assert_eq!(refused.code(), Code::InvalidArgument);
        assert_eq!(refused.get_error_details().bad_request().unwrap().field_violations[0].field, "read_mask.paths[1]");
        assert!(!format!("{refused:?}").contains("Ada"));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn in_json_a_mask_leaves_out_what_it_does_not_name_and_writes_what_it_does() {
    within(async {
        let service = Service::start().await;
        let caller = Caller::new(&service, "town", Role::Planner);
        let dataset = caller.uploaded(&small_town()).await;
        let run = caller.call("AllocationService/Allocate", json!({ "datasetId": dataset, "attached": true })).await["run"].clone();
        let request = json!({ "runId": run["runId"], "readMask": "ownPolicy,result.totals.filled,createTime" });
        let told = caller.call("AllocationService/GetRun", request).await;
        // A field that is named is written also where it has its default.
        let filled = &run["result"]["totals"]["filled"];
        let expected =
            json!({ "run": { "ownPolicy": false, "result": { "totals": { "filled": filled } }, "createTime": run["createTime"] } });
        assert_eq!(told, expected);
        let request = json!({ "runId": run["runId"], "pageSize": 1, "readMask": "dwellingId,candidates.*.householdId" });
        let told = caller.call("AllocationService/ListShortlists", request).await;
        let list = told["shortlists"][0].as_object().unwrap();
        assert!(
            list.keys().eq(["candidates", "dwellingId"]) && list["candidates"][0].as_object().unwrap().keys().eq(["householdId"]),
            "{told}"
        );
        assert!(told["totalSize"].is_u64() && told["nextPageToken"].is_string(), "the page itself is not narrowed: {told}");
        let whole = caller.call("AllocationService/GetRun", json!({ "runId": run["runId"], "readMask": "" })).await;
        assert_eq!(whole, caller.call("AllocationService/GetRun", json!({ "runId": run["runId"] })).await);
        let (status, refused) = caller.refused("DatasetService/ListDatasets", r#"{"readMask": "displayName,lovelace"}"#).await;
        let bad = detail(&refused, "BadRequest");
        assert_eq!((status, bad["fieldViolations"][0]["field"].as_str()), (400, Some("read_mask.paths[1]")));
        assert!(!refused.to_string().contains("lovelace"), "{refused}");
    })
    .await;
}
