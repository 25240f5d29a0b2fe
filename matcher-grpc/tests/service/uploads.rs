//! Datasets: stored whole or not at all, and everything that is wrong told in one go, without personal values.

use matcher_grpc::auth::Role;
use matcher_grpc::wire::v1;
use tonic::Code;
use tonic_types::StatusExt as _;

use crate::harness::{Files, Service, chunks, create_messages, demo_town, small_town, within};

fn change(files: &mut Files, name: &str, edit: impl FnOnce(String) -> String) {
    let file = files.iter_mut().find(|file| file.0 == name).unwrap();
    file.1 = edit(String::from_utf8(file.1.clone()).unwrap()).into_bytes();
}

/// The first `rows` households with another income.
fn with_incomes(text: &str, value: &str, rows: usize) -> String {
    let income = text.lines().next().unwrap().split(',').position(|column| column == "income_eur_year").unwrap();
    let edit = |(number, line): (usize, &str)| {
        let mut cells: Vec<&str> = line.split(',').collect();
        if (1..=rows).contains(&number) {
            cells[income] = value;
        }
        format!("{}\n", cells.join(","))
    };
    text.lines().enumerate().map(edit).collect()
}

async fn validate(clients: &mut crate::harness::Clients, header: v1::ValidateDatasetHeader, files: &Files) -> v1::ValidateDatasetResponse {
    use v1::validate_dataset_request::Part;
    let parts = std::iter::once(Part::Header(header)).chain(chunks(files).map(Part::Chunk));
    let messages: Vec<_> = parts.map(|part| v1::ValidateDatasetRequest { part: Some(part) }).collect();
    clients.datasets.validate_dataset(tokio_stream::iter(messages)).await.unwrap().into_inner()
}

#[tokio::test]
async fn the_demo_town_is_stored_listed_checked_and_deleted() {
    within(async {
        let service = Service::start().await;
        let mut clients = service.clients("town", Role::Planner).await;
        let files = demo_town();
        let dataset = clients.create(&files).await;
        let counts = dataset.counts.unwrap();
        assert_eq!((counts.residences, counts.vacancies, counts.applicants), (13, 144, 1_000));
        assert_eq!(
            (dataset.files.len(), dataset.reference_date.as_str(), dataset.policy_id.as_str()),
            (files.len(), "2025-10-01", "demo-town")
        );
        let size: u64 = dataset.files.iter().map(|file| file.size_bytes).sum();
        assert_eq!(size, files.iter().map(|file| file.1.len() as u64).sum::<u64>());
        let get = |dataset_id: &str| v1::GetDatasetRequest { dataset_id: dataset_id.into(), ..Default::default() };
        assert_eq!(clients.datasets.get_dataset(get(&dataset.dataset_id)).await.unwrap().into_inner().dataset, Some(dataset.clone()));
        // The same content is another dataset with the same hash.
        let again = clients.create(&files).await;
        assert!(again.dataset_id != dataset.dataset_id && again.content_sha256 == dataset.content_sha256);
        // Newest first, page by page.
        let page = |page_token: String| v1::ListDatasetsRequest { page_size: 1, page_token, ..Default::default() };
        let first = clients.datasets.list_datasets(page(String::new())).await.unwrap().into_inner();
        let second = clients.datasets.list_datasets(page(first.next_page_token.clone())).await.unwrap().into_inner();
        assert_eq!((first.datasets, second.datasets), (vec![again.clone()], vec![dataset.clone()]));
        let third = clients.datasets.list_datasets(page(second.next_page_token)).await.unwrap().into_inner();
        assert!(third.datasets.is_empty() && third.next_page_token.is_empty());
        // A stored dataset is checked with another policy.
        let header = v1::ValidateDatasetHeader { dataset_id: dataset.dataset_id.clone(), ..v1::ValidateDatasetHeader::default() };
        let clean = validate(&mut clients, header.clone(), &Vec::new()).await;
        assert_eq!((clean.error_count, clean.counts), (0, dataset.counts));
        let mut policy: Files = files.iter().filter(|file| file.0 == "policy.toml").cloned().collect();
        change(&mut policy, "policy.toml", |text| text.replace("effort_rate = 14", "effort_rat = 14"));
        let wrong = validate(&mut clients, header, &policy).await;
        assert!(wrong.error_count > 0 && wrong.counts.is_none() && wrong.findings.iter().any(|finding| finding.file == "policy.toml"));
        // Deleted by the etag that was seen.
        let delete = |etag: &str| v1::DeleteDatasetRequest { dataset_id: dataset.dataset_id.clone(), etag: etag.into() };
        assert_eq!(clients.datasets.delete_dataset(delete("stale")).await.unwrap_err().code(), Code::Aborted);
        clients.datasets.delete_dataset(delete(&dataset.etag)).await.unwrap();
        assert_eq!(clients.datasets.get_dataset(get(&dataset.dataset_id)).await.unwrap_err().code(), Code::NotFound);
    })
    .await;
}

#[tokio::test]
async fn every_fault_is_told_with_its_place_and_no_personal_value() {
    within(async {
        let service = Service::start().await;
        let mut clients = service.clients("town", Role::Planner).await;
        let mut files = small_town();
        // A birth date in the future, an income that is no number, an unknown column and a household that is not there.
        let secret = ["2999-12-31", "98765x4321", "Zaphod-Beeblebrox"];
        change(&mut files, "persons.csv", |text| {
            let header: Vec<&str> = text.lines().next().unwrap().split(',').collect();
            let (birth, household) =
                (header.iter().position(|c| *c == "birth_date").unwrap(), header.iter().position(|c| *c == "household").unwrap());
            let row: Vec<_> = (0..header.len())
                .map(|column| {
                    if column == birth {
                        secret[0]
                    } else if column == household {
                        "nobody"
                    } else {
                        ""
                    }
                })
                .collect();
            format!("{text}{}\n", row.join(","))
        });
        change(&mut files, "households.csv", |text| with_incomes(&text, secret[1], 1));
        change(&mut files, "dwellings.csv", |text| {
            text.lines()
                .enumerate()
                .map(|(number, line)| format!("{line},{}\n", if number == 0 { "nationality" } else { secret[2] }))
                .collect::<Vec<_>>()
                .concat()
        });
        let refused = clients.try_create(&files, "").await.unwrap_err();
        assert_eq!(refused.code(), Code::InvalidArgument);
        let details = refused.get_error_details();
        let violations = &details.bad_request().unwrap().field_violations;
        let found = validate(&mut clients, v1::ValidateDatasetHeader::default(), &files).await;
        assert!(found.error_count >= 3 && found.counts.is_none());
        let errors: Vec<_> = found.findings.iter().filter(|finding| finding.severity() == v1::Severity::Error).collect();
        assert_eq!((errors.len() as u64, violations.len() as u64), (found.error_count, found.error_count), "all of them, in both answers");
        for (violation, finding) in violations.iter().zip(&errors) {
            assert_eq!(violation.reason, finding.code);
            assert!(violation.field.starts_with(&finding.file) && violation.description.contains(&finding.action), "{violation:?}");
        }
        assert!(errors.iter().any(|finding| finding.file == "households.csv"
            && finding.row == Some(2)
            && finding.column.as_deref() == Some("income_eur_year")));
        let info = details.error_info().unwrap();
        assert_eq!(
            (info.reason.as_str(), info.metadata["error_count"].as_str()),
            ("INVALID_INPUT", found.error_count.to_string().as_str())
        );
        let everything = format!("{refused:?} {details:?} {found:?}");
        for value in secret {
            assert!(!everything.contains(value), "{value} is told");
        }
        // Nothing was stored.
        let list = clients.datasets.list_datasets(v1::ListDatasetsRequest::default()).await.unwrap().into_inner();
        assert!(list.datasets.is_empty());
    })
    .await;
}

#[tokio::test]
async fn details_stay_small_enough_for_trailers_and_count_the_rest() {
    within(async {
        let service = Service::start().await;
        let mut clients = service.clients("town", Role::Planner).await;
        let mut files = small_town();
        change(&mut files, "households.csv", |text| {
            let mut lines = text.lines();
            let (header, first) = (lines.next().unwrap(), lines.next().unwrap());
            let (_, rest) = first.split_once(',').unwrap();
            let rows = (0..2_000).map(|number| format!("X{number},{rest}\n")).collect::<Vec<_>>().concat();
            with_incomes(&format!("{header}\n{rows}"), "much", 2_000)
        });
        let refused = clients.try_create(&files, "").await.unwrap_err();
        assert!(refused.details().len() < 6 << 10, "{} bytes", refused.details().len());
        let details = refused.get_error_details();
        let last = details.bad_request().unwrap().field_violations.last().unwrap();
        assert!(last.description.contains("more; ValidateDataset lists them all"), "{last:?}");
        let found = validate(&mut clients, v1::ValidateDatasetHeader::default(), &files).await;
        assert!(found.error_count >= 2_000 && found.findings.len() >= 1_000);
    })
    .await;
}

#[tokio::test]
async fn a_request_id_makes_one_dataset_of_many_tries() {
    within(async {
        let service = Service::start().await;
        let mut clients = service.clients("town", Role::Planner).await;
        let files = small_town();
        let first = clients.try_create(&files, "7b0c1f6e").await.unwrap();
        assert_eq!(clients.try_create(&files, "7b0c1f6e").await.unwrap(), first);
        let mut other = files.clone();
        change(&mut other, "policy.toml", |text| format!("{text}\n# later\n"));
        let refused = clients.try_create(&other, "7b0c1f6e").await.unwrap_err();
        assert_eq!(refused.code(), Code::AlreadyExists);
        // The id is the client's: another tenant may use the same.
        let mut neighbour = service.clients("village", Role::Planner).await;
        assert_ne!(neighbour.try_create(&other, "7b0c1f6e").await.unwrap().dataset_id, first.dataset_id);
        let list = clients.datasets.list_datasets(v1::ListDatasetsRequest::default()).await.unwrap().into_inner();
        assert_eq!(list.datasets, [first]);
    })
    .await;
}

#[tokio::test]
async fn uploads_that_are_no_uploads_are_refused_by_field() {
    within(async {
        use v1::create_dataset_request::Part;
        let service = Service::with(|limits| limits.dataset_bytes = 50_000).await;
        let mut clients = service.clients("town", Role::Planner).await;
        let header = || Part::Header(v1::CreateDatasetHeader::default());
        let chunk = |name: &str, size: usize| Part::Chunk(v1::FileChunk { name: name.into(), data: vec![b'x'; size] });
        let cases = [
            (vec![], "header"),
            (vec![None], "part"),
            (vec![Some(chunk("households.csv", 1))], "chunk"),
            (vec![Some(header()), Some(header())], "header"),
            (vec![Some(header()), Some(chunk("../households.csv", 1))], "chunk.name"),
            (vec![Some(header()), Some(chunk("passwords.txt", 1))], "chunk.name"),
        ];
        for (parts, field) in cases {
            let messages: Vec<_> = parts.into_iter().map(|part| v1::CreateDatasetRequest { part }).collect();
            let refused = clients.datasets.create_dataset(tokio_stream::iter(messages)).await.unwrap_err();
            assert_eq!(refused.code(), Code::InvalidArgument, "{field}");
            assert_eq!(refused.get_error_details().bad_request().unwrap().field_violations[0].field, field);
        }
        let large = [Some(header()), Some(chunk("households.csv", 30_000)), Some(chunk("persons.csv", 30_000))];
        let messages: Vec<_> = large.into_iter().map(|part| v1::CreateDatasetRequest { part }).collect();
        let refused = clients.datasets.create_dataset(tokio_stream::iter(messages)).await.unwrap_err();
        assert_eq!(refused.code(), Code::ResourceExhausted);
        let mut long = create_messages(&Vec::new(), &"x".repeat(201), "");
        let refused = clients.datasets.create_dataset(tokio_stream::iter(std::mem::take(&mut long))).await.unwrap_err();
        assert_eq!(refused.get_error_details().bad_request().unwrap().field_violations[0].field, "header.display_name");
    })
    .await;
}
