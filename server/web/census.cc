#include "server/web/census.h"

namespace indexcast::server {
namespace {

using Counts = std::map<std::string, std::size_t>;

void take_one(Counts& counts, const std::string& key) {
  const auto found = counts.find(key);
  if (found != counts.end() && --found->second == 0) counts.erase(found);
}

}  // namespace

Census::Seat::Seat(Census& census, std::uint64_t id, std::string address, TimeNs since)
    : census_(census) {
  shown_.id = id;
  shown_.address = std::move(address);
  shown_.since = since;
}

Census::Seat::~Seat() { census_.leave(*this); }

bool Census::Seat::belong_to(const SharedRights& rights) {
  const std::lock_guard lock(census_.mutex_);
  if (rights_ && rights_->name == rights->name) return true;
  const auto found = census_.by_name_.find(rights->name);
  const std::size_t seated = found == census_.by_name_.end() ? 0 : found->second;
  if (rights->connections > 0 && seated >= rights->connections) return false;
  if (rights_) take_one(census_.by_name_, rights_->name);
  ++census_.by_name_[rights->name];
  rights_ = rights;
  shown_.name = rights->name;
  return true;
}

const std::string& Census::Seat::holder() const {
  return rights_ && !rights_->name.empty() ? rights_->name : shown_.address;
}

void Census::Seat::set_protocol(std::string_view subprotocol) {
  const std::lock_guard lock(census_.mutex_);
  shown_.subprotocol = subprotocol;
}

void Census::Seat::follow(std::size_t tick, std::size_t grid, std::size_t conflated) {
  const std::lock_guard lock(census_.mutex_);
  shown_.tick = tick;
  shown_.grid = grid;
  shown_.conflated = conflated;
}

std::unique_ptr<Census::Seat> Census::admit(const std::string& address, TimeNs now,
                                            Refusal& refusal) {
  const std::lock_guard lock(mutex_);
  const auto found = by_address_.find(address);
  const std::size_t of_address = found == by_address_.end() ? 0 : found->second;
  refusal = Refusal::none;
  if (most_per_address_ > 0 && of_address >= most_per_address_) refusal = Refusal::address;
  if (seats_.size() >= most_) refusal = Refusal::full;
  if (refusal != Refusal::none) return nullptr;
  std::unique_ptr<Seat> seat(new Seat(*this, ++newest_id_, address, now));
  seats_.emplace(newest_id_, seat.get());
  ++by_address_[address];
  return seat;
}

void Census::leave(Seat& seat) {
  const std::lock_guard lock(mutex_);
  seats_.erase(seat.shown_.id);
  take_one(by_address_, seat.shown_.address);
  if (seat.rights_) take_one(by_name_, seat.rights_->name);
}

std::vector<ClientDescription> Census::list(std::uint64_t after, std::size_t most) const {
  const std::lock_guard lock(mutex_);
  std::vector<ClientDescription> out;
  for (auto at = seats_.upper_bound(after); at != seats_.end() && out.size() < most; ++at) {
    const Seat& seat = *at->second;
    ClientDescription& shown = out.emplace_back(seat.shown_);
    shown.queued = seat.queued.load(std::memory_order_relaxed);
    shown.sent = seat.sent.load(std::memory_order_relaxed);
    shown.skipped = seat.skipped.load(std::memory_order_relaxed);
  }
  return out;
}

}  // namespace indexcast::server
