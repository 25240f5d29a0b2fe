//! The lists of a run that has ended: six calls of one shape, a page each.

use std::sync::Arc;

use prost_types::FieldMask;
use tonic::{Request, Response, Status};

use crate::convert;
use crate::error::Error;
use crate::mask::{Mask, Resource};
use crate::store::Section;
use crate::wire::v1;

use super::allocation::succeeded;
use super::page::{self, List};
use super::{Shared, caller};

/// What is asked of a list.
pub(super) struct Asked {
    run_id: String,
    page_size: i32,
    page_token: String,
    read_mask: Option<FieldMask>,
}

/// A request for a page of one of the lists.
pub(super) trait OfRun: Send + 'static {
    type Entry: Resource + 'static;
    type Answer: Send + 'static;
    const SECTION: Section;

    fn asked(self) -> Asked;

    fn answer(entries: Vec<Self::Entry>, next_page_token: String, total_size: u32) -> Self::Answer;
}

macro_rules! lists {
    ($($section:ident: $request:ident => $answer:ident { $field:ident: $entry:ident };)+) => {
        $(impl OfRun for v1::$request {
            type Entry = v1::$entry;
            type Answer = v1::$answer;
            const SECTION: Section = Section::$section;

            fn asked(self) -> Asked {
                Asked { run_id: self.run_id, page_size: self.page_size, page_token: self.page_token, read_mask: self.read_mask }
            }

            fn answer($field: Vec<v1::$entry>, next_page_token: String, total_size: u32) -> v1::$answer {
                v1::$answer { $field, next_page_token, total_size }
            }
        })+
    };
}

lists! {
    Offers: ListOffersRequest => ListOffersResponse { offers: Offer };
    Shortlists: ListShortlistsRequest => ListShortlistsResponse { shortlists: Shortlist };
    Unassigned: ListUnassignedRequest => ListUnassignedResponse { households: UnassignedHousehold };
    EmptyDwellings: ListEmptyDwellingsRequest => ListEmptyDwellingsResponse { dwellings: EmptyDwelling };
    Quotas: ListQuotaResultsRequest => ListQuotaResultsResponse { quotas: QuotaResult };
    Mixes: ListResidenceMixesRequest => ListResidenceMixesResponse { mixes: ResidenceMix };
}

/// A page of one of the lists.
pub(super) async fn page<R: OfRun>(shared: &Arc<Shared>, request: Request<R>) -> Result<Response<R::Answer>, Status> {
    let caller = caller(&request)?;
    let asked = request.into_inner().asked();
    let mask = Mask::new::<R::Entry>(&shared.contract, asked.read_mask.as_ref())?;
    let read = move |shared: &Shared| {
        let Asked { run_id, page_size, page_token, .. } = asked;
        succeeded(shared, &caller, &run_id)?;
        let list = List { secret: shared.store.secret(), tenant: &caller.tenant, name: R::SECTION.word(), filter: &run_id };
        let size = page::size(page_size, shared.limits.page)?;
        let from = u32::try_from(list.position(&page_token, 0)?).unwrap_or(u32::MAX);
        let refuse = |fault| shared.refuse(&fault);
        let total_size = shared.store.result_count(&caller.tenant, &run_id, R::SECTION).map_err(refuse)?;
        let bodies = shared.store.results(&caller.tenant, &run_id, R::SECTION, from, size).map_err(refuse)?;
        let until = from.saturating_add(convert::count(bodies.len()));
        let next_page_token = if until < total_size { list.token(until.into()) } else { String::new() };
        let entries = bodies.iter().map(|body| mask.decoded(body)).collect::<Option<_>>();
        let entries = entries.ok_or(Error::StoreDamaged { what: "a result" }).map_err(refuse)?;
        Ok((mask, R::answer(entries, next_page_token, total_size)))
    };
    let (mask, answer) = shared.work(read).await?;
    Ok(mask.told(answer))
}
