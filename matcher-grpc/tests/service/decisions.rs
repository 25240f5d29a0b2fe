//! Decisions: by a person, with a reason, one in force per dwelling and per household, and never against a rule.

use matcher_grpc::auth::Role;
use matcher_grpc::wire::v1;
use tonic::{Code, Status};

use crate::harness::{Clients, Service, small_town, within};

async fn decide(clients: &mut Clients, request: v1::DecideRequest) -> Result<v1::Decision, Status> {
    Ok(clients.allocation.decide(request).await?.into_inner().decision.unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn one_decision_is_in_force_per_dwelling_and_household() {
    within(async {
        let service = Service::start().await;
        let mut clients = service.clients("town", Role::Allocator).await;
        let dataset = clients.create(&small_town()).await;
        let run = clients.run(&dataset.dataset_id).await;
        let request = v1::ListOffersRequest { run_id: run.run_id.clone(), ..v1::ListOffersRequest::default() };
        let offers = clients.allocation.list_offers(request).await.unwrap().into_inner().offers;
        let shortlists = v1::ListShortlistsRequest { run_id: run.run_id.clone(), page_size: 1_000, ..v1::ListShortlistsRequest::default() };
        let lists = clients.allocation.list_shortlists(shortlists).await.unwrap().into_inner().shortlists;
        // An offer whose household stands on the shortlist of another dwelling too, that dwelling, and a second offer.
        let elsewhere = |offer: &v1::Offer| {
            let named = |list: &&v1::Shortlist| list.candidates.iter().any(|candidate| candidate.household_id == offer.household_id);
            lists.iter().filter(|list| list.dwelling_id != offer.dwelling_id).find(named)
        };
        let (first, elsewhere) = offers.iter().find_map(|offer| Some((offer, elsewhere(offer)?))).expect("a household on two shortlists");
        let second = offers.iter().find(|offer| ![&first.dwelling_id, &elsewhere.dwelling_id].contains(&&offer.dwelling_id)).unwrap();
        let allocated = |offer: &v1::Offer| v1::DecideRequest {
            run_id: run.run_id.clone(),
            dwelling_id: offer.dwelling_id.clone(),
            household_id: offer.household_id.clone(),
            outcome: v1::DecisionOutcome::Allocated.into(),
            reason: "first of the shortlist".into(),
            decided_by: "commission of 12 October".into(),
            ..v1::DecideRequest::default()
        };
        let request = v1::DecideRequest { request_id: "d1".into(), ..allocated(first) };
        let decision = decide(&mut clients, request.clone()).await.unwrap();
        assert!(decision.current && decision.shortlist_rank == Some(1) && decision.recorded_by == "a test");
        assert_eq!(
            (decision.dataset_id.as_str(), decision.household_id.as_str()),
            (dataset.dataset_id.as_str(), first.household_id.as_str())
        );
        assert_eq!(decide(&mut clients, request.clone()).await.unwrap(), decision, "sent again");
        let reused = v1::DecideRequest { reason: "another".into(), ..request };
        assert_eq!(decide(&mut clients, reused).await.unwrap_err().code(), Code::AlreadyExists);
        // A second decision that does not know of the first is overtaken (FAULTS 113).
        assert_eq!(decide(&mut clients, allocated(first)).await.unwrap_err().code(), Code::Aborted);
        // The household has a dwelling.
        let pair = |request: v1::DecideRequest, household: &str| v1::DecideRequest { household_id: household.into(), ..request };
        let twice = v1::DecideRequest { dwelling_id: elsewhere.dwelling_id.clone(), ..allocated(first) };
        assert_eq!(decide(&mut clients, twice.clone()).await.unwrap_err().code(), Code::FailedPrecondition);
        // Taken back, both are free again.
        let withdrawn = v1::DecideRequest {
            outcome: v1::DecisionOutcome::Withdrawn.into(),
            household_id: String::new(),
            reason: "the household declined".into(),
            etag: decision.etag.clone(),
            ..allocated(first)
        };
        assert!(!decide(&mut clients, withdrawn).await.unwrap().current);
        assert!(decide(&mut clients, twice).await.unwrap().current);
        let nobody = v1::DecideRequest { outcome: v1::DecisionOutcome::NotAllocated.into(), ..pair(allocated(first), "") };
        assert!(decide(&mut clients, nobody).await.unwrap().current);
        // A run on which decisions rest stays.
        let delete = v1::DeleteRunRequest { run_id: run.run_id.clone(), etag: String::new() };
        assert_eq!(clients.allocation.delete_run(delete).await.unwrap_err().code(), Code::FailedPrecondition);
        let list = clients.allocation.list_decisions(v1::ListDecisionsRequest::default()).await.unwrap().into_inner().decisions;
        assert_eq!(list.iter().map(|decision| decision.current).collect::<Vec<_>>(), [true, true, false, false]);
        assert_eq!(list[3].decision_id, decision.decision_id);
        // Without a person, a reason or an outcome nothing is decided.
        for wrong in [
            v1::DecideRequest { decided_by: " ".into(), ..allocated(second) },
            v1::DecideRequest { reason: String::new(), ..allocated(second) },
            v1::DecideRequest { outcome: 0, ..allocated(second) },
            v1::DecideRequest { outcome: 17, ..allocated(second) },
            pair(allocated(second), ""),
            v1::DecideRequest { outcome: v1::DecisionOutcome::NotAllocated.into(), ..allocated(second) },
            v1::DecideRequest { outcome: v1::DecisionOutcome::Withdrawn.into(), ..pair(allocated(second), "") },
        ] {
            assert_eq!(decide(&mut clients, wrong).await.unwrap_err().code(), Code::InvalidArgument);
        }
        let nowhere = v1::DecideRequest { dwelling_id: "nowhere".into(), ..allocated(second) };
        assert_eq!(decide(&mut clients, nowhere).await.unwrap_err().code(), Code::NotFound);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pair_that_rules_refuse_is_not_decided() {
    within(async {
        let service = Service::start().await;
        let mut clients = service.clients("town", Role::Allocator).await;
        let dataset = clients.create(&small_town()).await;
        let run = clients.run(&dataset.dataset_id).await;
        let request = v1::ListUnassignedRequest { run_id: run.run_id.clone(), page_size: 1_000, ..v1::ListUnassignedRequest::default() };
        let unassigned = clients.allocation.list_unassigned(request).await.unwrap().into_inner().households;
        let refused = unassigned.iter().find(|household| household.open_dwellings == 0).expect("a household that no dwelling is open to");
        let request = v1::ListShortlistsRequest { run_id: run.run_id.clone(), ..v1::ListShortlistsRequest::default() };
        let dwelling = clients.allocation.list_shortlists(request).await.unwrap().into_inner().shortlists[0].dwelling_id.clone();
        let request = v1::DecideRequest {
            run_id: run.run_id,
            dwelling_id: dwelling,
            household_id: refused.household_id.clone(),
            outcome: v1::DecisionOutcome::Allocated.into(),
            reason: "because".into(),
            decided_by: "somebody".into(),
            ..v1::DecideRequest::default()
        };
        let answer = decide(&mut clients, request).await.unwrap_err();
        assert_eq!(answer.code(), Code::FailedPrecondition);
        let rule = &refused.reason.as_ref().unwrap().rules[0].rule;
        assert!(answer.message().contains("refuse this pair") && !answer.message().contains(&refused.household_id), "{rule}: {answer}");
    })
    .await;
}
