// SSE MDGW BINARY: bytes to fields. Pure functions; views point into the frame and live as long as
// it does. Nothing allocates, throws or reads outside the bytes it is given.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "feedhandlers/sse/wire.h"
#include "feedhandlers/transport/bytes.h"
#include "feedhandlers/transport/decode_error.h"

namespace indexcast::sse {

// Text fields are whole width, padding included: feed::trim_padding removes it.
struct Header {
  std::uint32_t msg_type = 0;
  std::uint64_t sending_time = 0;  // YYYYMMDDHHMMSSsss; the exchange's time in M101 and M102
  std::uint64_t msg_seq_num = 0;
  std::uint32_t body_length = 0;
};

struct Logon {
  std::string_view sender_comp_id;
  std::string_view target_comp_id;
  std::uint16_t heart_bt_int = 0;  // seconds
  std::string_view appl_ver_id;
};

struct Logout {
  std::uint32_t session_status = 0;
  std::string_view text;  // GBK
};

struct MarketStatus {
  std::uint8_t security_type = 0;
  std::uint8_t trad_ses_mode = 0;
  std::string_view trading_session_id;
  std::uint32_t tot_no_related_sym = 0;
};

// M102 without its entries. Prices 1e-5, value 1e-2, volume in shares.
struct SnapshotFields {
  std::uint8_t security_type = 0;
  std::uint8_t trad_ses_mode = 0;
  std::uint32_t trade_date = 0;        // YYYYMMDD
  std::uint32_t last_update_time = 0;  // HHMMSSsss
  std::string_view md_stream_id;
  std::string_view security_id;
  std::string_view symbol;  // GBK
  std::uint64_t pre_close_px = 0;
  std::uint64_t total_volume_traded = 0;
  std::uint64_t num_trades = 0;
  std::uint64_t total_value_traded = 0;
  std::string_view trading_phase_code;
};

// Index entries have no size and position: both are 0.
struct Entry {
  std::uint16_t md_entry_type = 0;  // see entry_type()
  std::uint64_t md_entry_px = 0;
  std::uint64_t md_entry_size = 0;
  std::uint8_t md_entry_position_no = 0;
  friend bool operator==(const Entry&, const Entry&) = default;
};

// The entries of one snapshot, for a range-for. Their bytes were checked by decode_snapshot.
class EntryRange {
 public:
  class Iterator {
   public:
    Iterator(const std::byte* at, std::size_t stride) : at_(at), stride_(stride) {}
    Entry operator*() const;
    Iterator& operator++() {
      at_ += stride_;
      return *this;
    }
    friend bool operator==(const Iterator& a, const Iterator& b) { return a.at_ == b.at_; }

   private:
    const std::byte* at_;
    std::size_t stride_;
  };

  EntryRange() = default;
  EntryRange(const std::byte* first, std::size_t count, std::size_t stride)
      : first_(first), count_(count), stride_(stride) {}
  Iterator begin() const { return {first_, stride_}; }
  Iterator end() const { return {first_ + count_ * stride_, stride_}; }
  std::size_t size() const { return count_; }

 private:
  const std::byte* first_ = nullptr;
  std::size_t count_ = 0;
  std::size_t stride_ = entry::kSize;
};

inline Entry EntryRange::Iterator::operator*() const {
  Entry value;
  value.md_entry_type = feed::load_be<std::uint16_t>(at_ + entry::kMDEntryType);
  value.md_entry_px = feed::load_be<std::uint64_t>(at_ + entry::kMDEntryPx);
  if (stride_ == entry::kSize) {
    value.md_entry_size = feed::load_be<std::uint64_t>(at_ + entry::kMDEntrySize);
    value.md_entry_position_no = feed::load_be<std::uint8_t>(at_ + entry::kMDEntryPositionNo);
  }
  return value;
}

struct Snapshot {
  SnapshotFields fields;
  EntryRange entries;
};

// Where the first message of `stream` ends. Incomplete: `length` is the whole message's when its
// header is there, else 0. Malformed: the first bytes cannot be a header (MsgType is not a letter
// and three digits, or the body is longer than the protocol allows), and `length` bytes, at least
// 1, are to be skipped to where the next header may begin.
feed::FrameScan scan_frame(feed::Bytes stream);

// The functions below take one whole frame as scan_frame cut it.
bool checksum_ok(feed::Bytes frame);
Header decode_header(feed::Bytes frame);
// The code of an M102 before anything else of it is looked at; empty when the frame is too short
// for one or it is no number.
std::optional<std::uint32_t> security_code(feed::Bytes frame);

feed::DecodeError decode_logon(feed::Bytes frame, Logon& out);
feed::DecodeError decode_logout(feed::Bytes frame, Logout& out);
feed::DecodeError decode_market_status(feed::Bytes frame, MarketStatus& out);
feed::DecodeError decode_snapshot(feed::Bytes frame, Snapshot& out);

}  // namespace indexcast::sse
