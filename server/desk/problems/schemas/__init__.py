"""The wire format of problems, fault trees and major incidents."""
