"""Twilio speaks our vocabulary: webhooks are events, TwiML documents are turns."""
