"""What one takes away: exams as PDF, text, JSON and DICOM; comparisons as HTML, tables and plates; notebooks; handouts.

None of them carries an identity.
"""
