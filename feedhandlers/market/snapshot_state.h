// State of a snapshot channel. Snapshots are repeated regularly and never retransmitted
// (METHODOLOGY 5).
#pragma once

#include <optional>

#include "calc/event.h"
#include "calc/time.h"
#include "feedhandlers/market/staleness_monitor.h"

namespace indexcast::feed {

// After a loss, a new connection or a silence of the sender the channel is `gap` or `recovering`
// until the venue's round of images is complete (venue_events.h). Meanwhile each security counts
// again from its own next image. A channel that only lags has lost nothing, and is live again as
// soon as it does not. While paused no security counts. One thread.
class SnapshotState {
 public:
  // As last announced.
  FeedState state() const { return state_; }

  // Images were lost, or may have been: the channel is `settling` (gap or recovering) from the next
  // update on.
  void lose(FeedState settling) {
    settling_ = settling;
    lost_more_ = true;
  }
  // What is read may be old, of every security (StalenessMonitor::in_doubt).
  void pause(bool paused) { paused_ = paused; }

  // Announces a changed state. `link`: down, connecting, or live. `Round` has begin_round(),
  // round_complete() and on_state(FeedState, bool by_security, TimeNs). `by_security`: each
  // security is unheard now and counts again from its next image on.
  template <class Round>
  void update(FeedState link, Staleness staleness, Round& round, TimeNs now) {
    if (settling_ && !lost_more_ && round.round_complete()) settling_.reset();
    const FeedState next = link != FeedState::live        ? link
                           : paused_                      ? FeedState::recovering
                           : staleness != Staleness::none ? FeedState::stale
                                                          : settling_.value_or(FeedState::live);
    // A sender that was silent may have lost anything.
    const bool silent = next == FeedState::stale && staleness == Staleness::silence;
    if (silent && !silent_) lose(FeedState::recovering);
    silent_ = silent;
    const bool by_security = settling_ && next == *settling_ && !paused_;
    if (next == state_ && by_security == by_security_ && !(by_security && lost_more_)) return;
    state_ = next;
    by_security_ = by_security;
    if (by_security) {
      round.begin_round();
      lost_more_ = false;
    }
    round.on_state(next, by_security, now);
  }

 private:
  FeedState state_ = FeedState::down;
  bool by_security_ = false;           // announced with it
  std::optional<FeedState> settling_;  // gap or recovering: the round is not complete
  bool lost_more_ = false;             // a loss that was not announced yet
  bool paused_ = false;
  bool silent_ = false;  // stale because its sender says nothing
};

}  // namespace indexcast::feed
