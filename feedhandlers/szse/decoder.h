// SZSE Binary: bytes to fields. Pure functions; views point into the frame and live as long as it
// does. Nothing allocates, throws or reads outside the bytes it is given.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "feedhandlers/common/bytes.h"
#include "feedhandlers/common/decode_error.h"
#include "feedhandlers/szse/wire.h"

namespace indexcast::szse {

// Text fields are whole width, padding included: feed::trim_padding removes it.
struct Header {
  std::uint32_t msg_type = 0;
  std::uint32_t body_length = 0;
};

struct Logon {
  std::string_view sender_comp_id;
  std::string_view target_comp_id;
  std::int32_t heart_bt_int = 0;  // seconds
  std::string_view password;
  std::string_view default_appl_ver_id;
};

struct Logout {
  std::int32_t session_status = 0;
  std::string_view text;
};

struct ChannelHeartbeat {
  std::uint16_t channel_no = 0;
  std::int64_t appl_last_seq_num = 0;
  std::uint16_t end_of_channel = 0;  // 1 = the channel is finished
  friend bool operator==(const ChannelHeartbeat&, const ChannelHeartbeat&) = default;
};

// The common part of snapshots. PrevClosePx and value 1e-4, volume 1e-2.
struct SnapshotFields {
  std::int64_t orig_time = 0;  // YYYYMMDDHHMMSSsss
  std::uint16_t channel_no = 0;
  std::string_view md_stream_id;
  std::string_view security_id;
  std::string_view security_id_source;
  std::string_view trading_phase_code;
  std::int64_t prev_close_px = 0;
  std::int64_t num_trades = 0;
  std::int64_t total_volume_trade = 0;
  std::int64_t total_value_trade = 0;
};

// The first order quantities of a level, 1e-2 each.
class OrderQuantities {
 public:
  OrderQuantities() = default;
  OrderQuantities(const std::byte* first, std::size_t count) : first_(first), count_(count) {}
  std::size_t size() const { return count_; }
  std::int64_t operator[](std::size_t i) const {
    return feed::load_be<std::int64_t>(first_ + i * entry::kOrderQtySize);
  }

 private:
  const std::byte* first_ = nullptr;
  std::size_t count_ = 0;
};

struct Entry {
  std::uint16_t md_entry_type = 0;  // see entry_type()
  std::int64_t md_entry_px = 0;     // 1e-6
  std::int64_t md_entry_size = 0;   // 1e-2
  std::uint16_t md_price_level = 0;
  std::int64_t number_of_orders = 0;
  OrderQuantities order_qty;
};

// Bytes of the entry at `at`; the first 32 of them are there.
inline std::size_t entry_size(const std::byte* at) {
  const auto orders = feed::load_be<std::uint32_t>(at + entry::kNoOrders);
  // A branch and not a multiplication: level 1 has no orders, and a predicted step lets the loads
  // of the entries overlap.
  if (orders == 0) [[likely]]
    return entry::kOrderQty;
  return entry::kOrderQty + std::size_t{orders} * entry::kOrderQtySize;
}

// The entries of one 300111, for a range-for. Their bytes were checked by decode_snapshot.
class EntryRange {
 public:
  class Iterator {
   public:
    explicit Iterator(const std::byte* at) : at_(at) {}
    Entry operator*() const;
    Iterator& operator++() {
      at_ += entry_size(at_);
      return *this;
    }
    friend bool operator==(const Iterator& a, const Iterator& b) { return a.at_ == b.at_; }

   private:
    const std::byte* at_;
  };

  EntryRange() = default;
  EntryRange(const std::byte* first, const std::byte* last, std::size_t count)
      : first_(first), last_(last), count_(count) {}
  Iterator begin() const { return Iterator(first_); }
  Iterator end() const { return Iterator(last_); }
  std::size_t size() const { return count_; }

 private:
  const std::byte* first_ = nullptr;
  const std::byte* last_ = nullptr;
  std::size_t count_ = 0;
};

inline Entry EntryRange::Iterator::operator*() const {
  Entry value;
  value.md_entry_type = feed::load_be<std::uint16_t>(at_ + entry::kMDEntryType);
  value.md_entry_px = feed::load_be<std::int64_t>(at_ + entry::kMDEntryPx);
  value.md_entry_size = feed::load_be<std::int64_t>(at_ + entry::kMDEntrySize);
  value.md_price_level = feed::load_be<std::uint16_t>(at_ + entry::kMDPriceLevel);
  value.number_of_orders = feed::load_be<std::int64_t>(at_ + entry::kNumberOfOrders);
  value.order_qty = {at_ + entry::kOrderQty, feed::load_be<std::uint32_t>(at_ + entry::kNoOrders)};
  return value;
}

struct Snapshot {
  SnapshotFields fields;
  EntryRange entries;
};

// One stream of a 390090.
struct StreamStatistics {
  std::string_view md_stream_id;
  std::uint32_t stock_num = 0;
  std::string_view trading_phase_code;
};

struct ChannelStatistics {
  std::int64_t orig_time = 0;
  std::uint16_t channel_no = 0;
  std::uint32_t no_md_stream_id = 0;
  const std::byte* streams = nullptr;

  // `i` below no_md_stream_id.
  StreamStatistics stream(std::size_t i) const;
};

// Where the first message of `stream` ends. Incomplete: `length` is the whole message's when its
// header is there, else 0. Malformed: the first bytes cannot be a header (MsgType outside the
// exchange's ranges, or BodyLength beyond the bounds of wire.h), and `length` bytes, at least 1,
// are to be skipped to where the next header may begin.
feed::FrameScan scan_frame(feed::Bytes stream);

// The functions below take one whole frame as scan_frame cut it.
bool checksum_ok(feed::Bytes frame);
Header decode_header(feed::Bytes frame);
// The code of a snapshot before anything else of it is looked at; empty when the frame is too short
// for one or it is no number.
std::optional<std::uint32_t> security_code(feed::Bytes frame);

feed::DecodeError decode_logon(feed::Bytes frame, Logon& out);
feed::DecodeError decode_logout(feed::Bytes frame, Logout& out);
feed::DecodeError decode_channel_heartbeat(feed::Bytes frame, ChannelHeartbeat& out);
feed::DecodeError decode_channel_statistics(feed::Bytes frame, ChannelStatistics& out);
feed::DecodeError decode_snapshot(feed::Bytes frame, Snapshot& out);

}  // namespace indexcast::szse
