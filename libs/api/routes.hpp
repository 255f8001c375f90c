#pragma once

#include <vector>

#include "api/gate.hpp"
#include "api/note_handlers.hpp"
#include "api/probe_handlers.hpp"
#include "http/route.hpp"

namespace notes::api {

/// Every route of the service, a row each; those of notes a second time without the version, under
/// the same operation, with the gate in front of them. The handlers must outlive the routes.
std::vector<http::Route> routes(const Gate& gate, NoteHandlers& notes, ProbeHandlers& probes);

/// What the operators' listener serves.
std::vector<http::Route> admin_routes(ProbeHandlers& probes);

}  // namespace notes::api
