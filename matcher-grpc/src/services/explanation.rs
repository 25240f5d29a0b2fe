//! `ExplanationService`.

use std::sync::Arc;

use matcher_core::explain::{self, Language};
use tonic::{Request, Response, Status};

use crate::convert;
use crate::status;
use crate::wire::v1;
use crate::wire::v1::explanation_service_server::ExplanationService;

use super::allocation::{asked_again, pair};
use super::{Shared, caller};

/// The service.
#[derive(Debug, Clone)]
pub(crate) struct Explanation(pub(crate) Arc<Shared>);

fn language(asked: i32) -> Result<Language, Status> {
    convert::language(asked).ok_or_else(|| status::bad_field("language", "LANGUAGE_FRENCH or LANGUAGE_ENGLISH"))
}

#[tonic::async_trait]
impl ExplanationService for Explanation {
    async fn explain_household(
        &self,
        request: Request<v1::ExplainHouseholdRequest>,
    ) -> Result<Response<v1::ExplainHouseholdResponse>, Status> {
        let caller = caller(&request)?;
        let asked = request.into_inner();
        let lang = language(asked.language)?;
        let explained = move |shared: &Shared| {
            let reasons = asked_again(shared, &caller, &asked.run_id, |case| explain::household(case, &asked.household_id))?;
            Ok(convert::household_reasons(&reasons, lang))
        };
        self.0.work(explained).await.map(Response::new)
    }

    async fn explain_dwelling(
        &self,
        request: Request<v1::ExplainDwellingRequest>,
    ) -> Result<Response<v1::ExplainDwellingResponse>, Status> {
        let caller = caller(&request)?;
        let asked = request.into_inner();
        let lang = language(asked.language)?;
        let explained = move |shared: &Shared| {
            let reasons = asked_again(shared, &caller, &asked.run_id, |case| explain::dwelling(case, &asked.dwelling_id))?;
            Ok(convert::dwelling_reasons(&reasons, lang))
        };
        self.0.work(explained).await.map(Response::new)
    }

    async fn explain_pair(&self, request: Request<v1::ExplainPairRequest>) -> Result<Response<v1::ExplainPairResponse>, Status> {
        let caller = caller(&request)?;
        let asked = request.into_inner();
        let lang = language(asked.language)?;
        let explained = move |shared: &Shared| {
            let reasons = pair(shared, &caller, &asked.run_id, &asked.household_id, &asked.dwelling_id)?;
            Ok(convert::pair_reasons(&reasons, lang))
        };
        self.0.work(explained).await.map(Response::new)
    }
}
