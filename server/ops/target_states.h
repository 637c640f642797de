// The control state of each index, instrument and series, followed from the core's records: the
// version that a request must expect, and the values in force.
#pragma once

#include <cstdint>
#include <vector>

#include "calc/record.h"
#include "calc/universe.h"

namespace indexcast::server {

struct IndexControlState {
  std::uint32_t version = 0;
  LevelUpdate level;  // the newest; index_sequence 0: none yet
};

struct InstrumentControlState {
  std::uint32_t version = 0;
  Price price{};  // in force; zero: none yet
  PriceKind kind{};
  Price pending{};         // zero: none waits
  Price previous_close{};  // the exchange's, if it differs from ours; zero: it does not
  bool confirmed = false;  // that difference, by an operator
};

struct SeriesControlState {
  std::uint32_t version = 0;
  FxRate override_rate{};  // zero: none in force
  FxRate pending{};        // zero: none waits
  FxRate day_fx{};         // that an operator set; zero: the definition's
};

// One thread. `universe` outlives it.
class TargetStates {
 public:
  explicit TargetStates(const Universe& universe);

  void apply(const Record& record);
  // Records were overwritten before they were read: what was in them shows only when it changes
  // again.
  void note_loss() { certain_ = false; }

  bool certain() const { return certain_; }
  const IndexControlState& index(IndexId id) const { return indices_[id]; }
  const InstrumentControlState& instrument(InstrumentId id) const { return instruments_[id]; }
  const SeriesControlState& series(SeriesId id) const { return series_[id]; }

 private:
  void apply(const PriceApplied& price);
  void apply(const InputDecision& decision);
  void apply(const ControlDone& done);
  void apply_to_instrument(const ControlDone& done);
  void apply_to_series(const ControlDone& done);

  const Universe* universe_;
  std::vector<IndexControlState> indices_;
  std::vector<InstrumentControlState> instruments_;
  std::vector<SeriesControlState> series_;
  bool certain_ = true;
};

}  // namespace indexcast::server
