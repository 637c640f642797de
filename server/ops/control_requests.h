// Takes operators' requests, one after another: gives each an id, writes it into the audit, hands
// it to the core, and keeps what became of it.
#pragma once

#include <absl/status/statusor.h>

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "calc/broadcast_ring.h"
#include "calc/control.h"
#include "server/ops/audit.h"
#include "server/ops/control_request.h"
#include "server/ops/request_stats.h"
#include "server/ops/target_states.h"
#include "server/view/control_port.h"
#include "server/view/server_view.h"

namespace indexcast::server {

// The definition set that an `activate` request asks for (calc/control.h).
struct StagedDefinitionSet {
  std::uint32_t definition_set = 0;
  std::int64_t digest = 0;
};
// Stages a version of an index's definition; the status has the reason for a refusal.
using StageDefinition = std::function<absl::StatusOr<StagedDefinitionSet>(const std::string& code,
                                                                          std::uint32_t version)>;

// The person who makes a request, and the address of the connection.
struct Principal {
  std::string author;
  std::string address;
  friend bool operator==(const Principal&, const Principal&) = default;
};

enum class TicketState : std::uint8_t {
  waiting = 0,  // the core has not said anything yet
  done = 1,
  lost = 2,      // its answer was overwritten before it was read: look at what stands
  proposed = 3,  // a second person has to approve it
  declined = 4,  // somebody did not, or nobody approved it in time
};

// What a judged request does to a level, in the decimals of its index.
struct Effect {
  IndexId index = 0;
  Level before{};
  Level after{};
  Level if_accepted{};  // 0: no waiting value is refused
};

// A request that the core was given.
struct Ticket {
  ControlRequest request;  // with its id
  Principal principal;
  StagedDefinitionSet staged;  // of `activate`
  TimeNs asked{};              // of the wall clock
  TimeNs expires{};            // of the receive clock; zero: never
  // The largest effects that the core said, at most kEffects, and how many others there were.
  std::vector<Effect> effects;
  std::size_t effects_left_out = 0;
  bool needs_second = false;  // a second person has to approve it
  Principal second;           // who approved or declined it
  std::string second_reason;
  TicketState state = TicketState::waiting;
  ControlOutcome outcome{};  // and what follows: of a request that is done
  std::uint32_t version = 0;
  std::uint64_t input_sequence = 0;
  TimeNs done_at{};  // of the wall clock
};

// The answer of ControlRequests before the core has the request.
enum class Verdict : std::uint8_t {
  taken = 0,
  repeated = 1,        // the same was asked under this id: its ticket stands
  id_taken = 2,        // something else was
  id_old = 3,          // older than the remembered requests: it may have been carried out
  id_ahead = 4,        // from the future: the clocks differ
  unaudited = 5,       // the disk refuses the audit
  busy = 6,            // the core takes none in
  unready = 7,         // the definition that is to come into force cannot
  unknown_id = 8,      // of an approval: no request has it
  not_proposed = 9,    // it waits for nobody's approval
  same_person = 10,    // who asked for it cannot approve it
  proposal_over = 11,  // nobody approved it in time
};
inline constexpr std::size_t kVerdictCount = 12;

struct Submission {
  Verdict verdict{};
  std::uint64_t id = 0;  // of `taken` and `repeated`
  std::string detail;    // of `unaudited`: what the disk said; of `unready`: what is wrong
};

// Ids are instants, ns since 1970. Assigned ids never repeat. A principal may choose an id, so that
// a repeated request is carried out once; an id that is older than the last kTickets requests of
// this run is refused. One thread; everything it is given outlives it.
class ControlRequests {
 public:
  static constexpr std::size_t kTickets = 4096;
  // Requests the core has not answered.
  static constexpr std::size_t kWaiting = ControlPort::kCapacity;
  // How far the clock of a principal may run ahead.
  static constexpr std::int64_t kAheadNs = 60 * kNsPerSecond;
  // How long a proposal waits for a second person.
  static constexpr std::int64_t kProposalNs = 10 * 60 * kNsPerSecond;
  // Of one request, the largest.
  static constexpr std::size_t kEffects = 16;

  ControlRequests(const ServerView& view, ControlPort& port, Audit& audit, RequestStats& stats);

  // Before the first request: without it, no definition can be activated.
  void set_stage(StageDefinition stage) { stage_ = std::move(stage); }

  // From now on a request with RequestMode::force is previewed, and carried out once a second
  // person approves it.
  void ask_second_person() { two_person_ = true; }

  Submission submit(const ControlRequest& request, const Principal& principal, TimeNs now);
  // The second person's decision on a proposed request. `taken`: an approved request goes to the
  // core, a declined one is over. Anybody may decline.
  Submission approve(std::uint64_t id, const Principal& principal, const std::string& reason,
                     TimeNs now);
  Submission decline(std::uint64_t id, const Principal& principal, const std::string& reason,
                     TimeNs now);

  // Reads at most `limit` of the core's records; returns how many.
  std::size_t poll(std::size_t limit);

  // Null for an unknown id.
  const Ticket* find(std::uint64_t id) const;
  // By id, so from the oldest to the newest.
  const std::map<std::uint64_t, Ticket>& tickets() const { return tickets_; }
  std::size_t waiting() const { return waiting_; }
  const TargetStates& states() const { return states_; }

 private:
  Verdict judge(const ControlRequest& request, const Principal& principal, TimeNs now) const;
  Verdict judge_proposal(std::uint64_t id, TimeNs now) const;
  Submission audit_decision(Ticket& ticket, std::string_view event, const Principal& principal,
                            const std::string& reason, TimeNs now);
  absl::Status get_ready(Ticket& ticket) const;
  std::uint64_t next_id(TimeNs now);
  void make_room();
  void take_effect(const ControlEffect& effect);
  void finish(const ControlDone& done);
  void lose_waiting();

  BroadcastReader reader_;
  const Universe* universe_;
  ControlPort* port_;
  Audit* audit_;
  RequestStats* stats_;
  Clock clock_;
  TargetStates states_;
  StageDefinition stage_;
  std::map<std::uint64_t, Ticket> tickets_;
  std::uint64_t horizon_;  // ids up to it are forgotten, or of another run
  std::uint64_t last_id_;
  std::size_t waiting_ = 0;
  bool two_person_ = false;
};

}  // namespace indexcast::server
