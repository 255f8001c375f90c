#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "api/admin_handlers.hpp"
#include "api/contract_handlers.hpp"
#include "api/gate.hpp"
#include "api/note_gatherings.hpp"
#include "api/note_handlers.hpp"
#include "api/page_handlers.hpp"
#include "api/probe_handlers.hpp"
#include "api/search_handlers.hpp"
#include "api/session_handlers.hpp"
#include "api/token_handlers.hpp"
#include "http/route.hpp"

namespace notes::api {

/// What answers, by subject. Who only looks at the rows gives none.
struct Handlers {
  NoteHandlers* notes = nullptr;
  const NoteGatherings* gathered_notes = nullptr;
  SearchHandlers* search = nullptr;
  ProbeHandlers* probes = nullptr;
  SessionHandlers* sessions = nullptr;
  TokenHandlers* tokens = nullptr;
  const PageHandlers* page = nullptr;
  const ContractHandlers* contract = nullptr;
};

/// Every route of the service, a row each; those of notes a second time without the version, under
/// the same operation.
std::vector<Endpoint> endpoints(Handlers to);

/// The same with the gate in front of them. Every handler must be given, and outlive the routes.
std::vector<http::Route> routes(const Gate& gate, Handlers to);

/// The OpenAPI 3.1 document of them all. `version` is this build's.
std::string openapi_document(std::string_view version);

/// What the operators' listener serves.
std::vector<http::Route> admin_routes(AdminHandlers& admin, ProbeHandlers& probes);

}  // namespace notes::api
