// The snapshots of SZSE Binary (2.2 to 2.7): a common part, and entries that differ by type. The
// entries are read where they lie and only once: whoever visits them learns at the end whether they
// fitted, and must do nothing irrevocable before.
#pragma once

#include <cstdint>
#include <iterator>

#include "feedhandlers/szse/decoder.h"

namespace indexcast::szse {

// Bytes of the entry of a 300111 at `at`, or 0 when it does not end before `end`.
inline std::size_t entry_size(const std::byte* at, const std::byte* end) {
  const auto room = static_cast<std::size_t>(end - at);
  if (room < entry::kOrderQty) return 0;
  const auto orders = feed::load_be<std::uint32_t>(at + entry::kNoOrders);
  // A branch and not a multiplication: most levels show no orders, and a predicted step lets the
  // loads of the entries overlap.
  if (orders == 0) [[likely]]
    return entry::kOrderQty;
  const std::size_t size = entry::kOrderQty + std::size_t{orders} * entry::kOrderQtySize;
  return size <= room ? size : 0;
}

// The entry at `at`, which is there.
inline SnapshotEntry entry_at(const std::byte* at) {
  return {
      .md_entry_type = feed::load_be<std::uint16_t>(at + entry::kMDEntryType),
      .md_entry_px = feed::load_be<std::int64_t>(at + entry::kMDEntryPx),
      .md_entry_size = feed::load_be<std::int64_t>(at + entry::kMDEntrySize),
      .md_price_level = feed::load_be<std::uint16_t>(at + entry::kMDPriceLevel),
      .number_of_orders = feed::load_be<std::int64_t>(at + entry::kNumberOfOrders),
      .order_qty = {at + entry::kOrderQty, feed::load_be<std::uint32_t>(at + entry::kNoOrders)}};
}

// The entries of a 300111 for a range-for, which ends early where they do not fit.
class SnapshotEntries {
 public:
  class Iterator {
   public:
    Iterator(const std::byte* at, const std::byte* end, std::uint32_t left)
        : at_(at), end_(end), left_(left) {
      look();
    }
    SnapshotEntry operator*() const { return entry_at(at_); }
    Iterator& operator++() {
      at_ += size_;
      --left_;
      look();
      return *this;
    }
    friend bool operator==(const Iterator& a, std::default_sentinel_t) { return a.left_ == 0; }

   private:
    void look() {
      size_ = left_ == 0 ? 0 : entry_size(at_, end_);
      if (size_ == 0) left_ = 0;
    }
    const std::byte* at_;
    const std::byte* end_;
    std::uint32_t left_;
    std::size_t size_ = 0;
  };

  SnapshotEntries() = default;
  SnapshotEntries(feed::Bytes bytes, std::uint32_t count) : bytes_(bytes), count_(count) {}
  Iterator begin() const { return {bytes_.data(), bytes_.data() + bytes_.size(), count_}; }
  std::default_sentinel_t end() const { return {}; }
  std::size_t size() const { return count_; }  // as the message says
  feed::Bytes bytes() const { return bytes_; }

 private:
  feed::Bytes bytes_;
  std::uint32_t count_ = 0;
};

struct Snapshot {
  SnapshotCommon fields;
  // Of a 300111. The bytes are the rest of the body for every type.
  SnapshotEntries entries;
};

// The common part of any snapshot; the entries are not looked at. 309111 has its StockNum where
// the others count them.
feed::DecodeError decode_common(feed::Bytes message, Snapshot& out);
// A 300111: the same, and whether its entries fit.
feed::DecodeError decode_snapshot(feed::Bytes message, Snapshot& out);

// Calls visit(const SnapshotEntry&) for each entry of a 300111; bad_count when they do not fit,
// once those that do have been visited.
template <class Visit>
feed::DecodeError for_each_entry(const Snapshot& snapshot, Visit&& visit) {
  const std::byte* at = snapshot.entries.bytes().data();
  const std::byte* const end = at + snapshot.entries.bytes().size();
  for (std::size_t left = snapshot.entries.size(); left != 0; --left) {
    const std::size_t size = entry_size(at, end);
    if (size == 0) return feed::DecodeError::bad_count;
    visit(entry_at(at));
    at += size;
  }
  return feed::DecodeError::none;
}

// Calls visit(const IndexEntry&) for each entry of a 309011 or a 309211.
template <class Visit>
feed::DecodeError for_each_index_entry(const Snapshot& snapshot, Visit&& visit) {
  if (snapshot.entries.size() > snapshot.entries.bytes().size() / index_entry::kSize) {
    return feed::DecodeError::bad_count;
  }
  const std::byte* at = snapshot.entries.bytes().data();
  for (std::size_t left = snapshot.entries.size(); left != 0; --left, at += index_entry::kSize) {
    visit(IndexEntry{feed::load_be<std::uint16_t>(at + index_entry::kMDEntryType),
                     feed::load_be<std::int64_t>(at + index_entry::kMDEntryPx)});
  }
  return feed::DecodeError::none;
}

// Calls visit(const HkEntry&) for each entry of a 306311, then visit(const ComplexEvent&) for its
// cooling-off period.
template <class Visit>
feed::DecodeError for_each_hk_entry(const Snapshot& snapshot, Visit&& visit) {
  const std::size_t size = snapshot.entries.bytes().size();
  if (size < 4 || snapshot.entries.size() > (size - 4) / hk_entry::kSize) {
    return feed::DecodeError::bad_count;
  }
  const std::byte* at = snapshot.entries.bytes().data();
  const std::byte* const end = at + size;
  for (std::size_t left = snapshot.entries.size(); left != 0; --left, at += hk_entry::kSize) {
    visit(HkEntry{feed::load_be<std::uint16_t>(at + hk_entry::kMDEntryType),
                  feed::load_be<std::int64_t>(at + hk_entry::kMDEntryPx),
                  feed::load_be<std::int64_t>(at + hk_entry::kMDEntrySize),
                  feed::load_be<std::uint16_t>(at + hk_entry::kMDPriceLevel)});
  }
  const auto events = feed::load_be<std::uint32_t>(at);
  at += 4;
  if (events > static_cast<std::size_t>(end - at) / complex_event::kSize) {
    return feed::DecodeError::bad_count;
  }
  for (std::uint32_t left = events; left != 0; --left, at += complex_event::kSize) {
    visit(ComplexEvent{feed::load_be<std::int64_t>(at + complex_event::kStartTime),
                       feed::load_be<std::int64_t>(at + complex_event::kEndTime)});
  }
  return feed::DecodeError::none;
}

// Whether the entries of a snapshot of type `msg_type` fit.
feed::DecodeError check_entries(std::uint32_t msg_type, const Snapshot& snapshot);

}  // namespace indexcast::szse
