// The two sockets of one server: SUB on what it publishes, DEALER for questions.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <zmq.hpp>

#include "indexcast/subscriber/settings.h"

namespace indexcast::subscriber {

// Receives heartbeats from the start, other messages while followed. ZeroMQ connects and reconnects
// by itself, and reports it on a third socket, the monitor of the SUB. One thread.
class Link {
 public:
  // Throws std::runtime_error for an endpoint or a key that ZeroMQ does not take.
  Link(zmq::context_t& context, const Server& server, const Settings& settings);
  ~Link();
  Link(const Link&) = delete;
  Link& operator=(const Link&) = delete;

  void follow(const Settings& settings, bool on);
  // False when there is no connection, or its queue is full: a question must not wait for longer
  // than it is good for.
  bool ask(std::string_view request);

  zmq::pollitem_t published_item() { return {published_.handle(), 0, ZMQ_POLLIN, 0}; }
  zmq::pollitem_t replies_item() { return {replies_.handle(), 0, ZMQ_POLLIN, 0}; }
  zmq::pollitem_t monitor_item() { return {monitor_.handle(), 0, ZMQ_POLLIN, 0}; }

  // Takes the monitor's events. True while the connection of the SUB is closed or was refused; all
  // messages from before that are then in the socket.
  bool take_closed();

  // Messages taken in one call, so that no socket starves another.
  static constexpr std::size_t kBatch = 1'000;

  // Takes at most kBatch messages that have arrived: calls published(topic, payload), or
  // malformed() for another number of frames. Returns how many.
  template <class Published, class Malformed>
  std::size_t take_published(Published published, Malformed malformed) {
    std::size_t count = 0;
    for (; count < kBatch && receive(published_, first_); ++count) {
      if (first_.more() && receive(published_, second_) && !second_.more()) {
        published(first_.to_string_view(), second_.to_string_view());
      } else {
        skip_rest(published_, second_.more());
        malformed();
      }
    }
    return count;
  }
  template <class Replied, class Malformed>
  std::size_t take_replies(Replied replied, Malformed malformed) {
    std::size_t count = 0;
    for (; count < kBatch && receive(replies_, first_); ++count) {
      if (!first_.more()) {
        replied(first_.to_string_view());
      } else {
        skip_rest(replies_, true);
        malformed();
      }
    }
    return count;
  }

 private:
  static bool receive(zmq::socket_t& socket, zmq::message_t& message) {
    return socket.recv(message, zmq::recv_flags::dontwait).has_value();
  }
  void skip_rest(zmq::socket_t& socket, bool more) {
    while (more && receive(socket, second_)) more = second_.more();
  }

  bool closed_ = false;
  zmq::socket_t monitor_;
  zmq::socket_t published_;
  zmq::socket_t replies_;
  zmq::message_t first_;
  zmq::message_t second_;
};

}  // namespace indexcast::subscriber
