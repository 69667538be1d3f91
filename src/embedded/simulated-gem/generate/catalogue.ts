/** The words that the invented people, jobs and places are made of. */

export const firstNames = [
  ...[
    'Ana',
    'Ben',
    'Chiara',
    'Dmitri',
    'Élodie',
    'Farah',
    'Grace',
    'Håkon',
    'Ines',
    'Jürgen',
    'Keiko',
    'Liam',
  ],
  ...['María José', 'Noor', 'Olu', 'Priya', 'Quentin', 'Rosa', 'Søren', 'Tariq', 'Uma', 'Víctor', 'Wanjiru'],
  ...['Xiomara', 'Yusuf', 'Zoë', '李', 'Ольга', 'محمد', 'さくら', "D'Arcy", 'Jean-Luc', 'Nguyễn', 'Łucja'],
] as const

export const lastNames = [
  ...[
    'Ruiz',
    'Okafor',
    'Müller',
    "O'Neill",
    'Nakamura',
    'García Márquez',
    'van der Berg',
    'Østergård',
    'Şahin',
  ],
  ...[
    'Kowalska',
    'Lindqvist',
    'Dubois',
    'Haddad',
    'Ivanova',
    '王',
    'Svensson',
    'Tanaka',
    'Mbeki',
    'Castellanos',
  ],
  ...['Fitzgerald', 'Novák', 'Papadopoulos', 'Rossi', 'Schäfer', 'Trần', 'Whitaker', 'Ybarra', 'Zhang-Smith'],
] as const

export const companies = [
  ...['Northwind Robotics', 'Bluebird Logistics', 'Café Órbita', 'Halden & Sons', 'Quartz Analytics'],
  ...['Lumen Foods', 'Kestrel Air', ' Redwood Health ', 'Tidewater Energy', 'Ōkami Games'],
] as const

export const titles = [
  ...['Software Engineer', 'Product Manager', 'Account Executive', 'Data Analyst', 'Recruiter', 'Designer'],
  ...['Staff Engineer', 'Support Specialist', 'Head of Finance', 'Site Reliability Engineer'],
] as const

export const jobNames = [
  ...['Senior Engineer', 'Backend Engineer', 'Frontend Engineer', 'Product Designer', 'Data Scientist'],
  ...[
    'Account Executive',
    'Customer Success Manager',
    'People Partner',
    'Finance Manager',
    'Ingénieur·e DevOps',
  ],
  ...['Marketing Lead', 'Technical Writer', 'Security Engineer', 'Werkstudent (m/w/d)', 'Office Manager'],
] as const

export const departments = [
  'Engineering',
  'Sales',
  'Design',
  'People',
  'Finance',
  'Customer Success',
  ' Data ',
] as const

export const offices = [
  { name: 'Berlin', location: { name: 'Berlin, Germany' } },
  { name: 'San Francisco', location: { name: 'San Francisco, United States' } },
  { name: 'Austin, TX', location: { name: 'Austin, TX' } },
  { name: 'Remote', location: { name: 'Remote' } },
  { name: 'Canada (remote)', location: { name: 'Canada' } },
  { name: 'London', location: { name: '' } },
  { name: 'Paris HQ', location: { name: null } },
  { name: 'New York', location: { name: 'New York, NY, United States' } },
  { name: 'São Paulo', location: { name: 'São Paulo, Brazil' } },
  { name: 'Zürich', location: { name: 'Zürich, Switzerland' } },
  { name: 'Tokyo', location: { name: '東京, Japan' } },
  { name: 'Field', location: null },
] as const

export const sources = [
  ...['LinkedIn', 'Referral', 'Company career site', 'Gem sequence', 'Indeed', 'Agency: Halden Search'],
  ...['University fair', 'Hacker News', 'Glassdoor', ' Walk-in '],
] as const

export const rejectionReasons = [
  { name: 'Not enough experience', type: 'We rejected them' },
  { name: 'Failed technical interview', type: 'We rejected them' },
  { name: 'Position filled', type: 'We rejected them' },
  { name: 'Accepted another offer', type: 'Dropped out' },
  { name: 'Compensation', type: 'Dropped out' },
  { name: 'No longer interested', type: 'Dropped out' },
  { name: 'Duplicate application', type: 'None specified' },
] as const

export const stagePlan = [
  ...['Application Review', 'Recruiter Screen', 'Hiring Manager Screen', 'Technical Interview'],
  ...['Onsite', 'Reference Check', 'Offer', 'Background Check'],
] as const

/** Planned interviews; jobs share them, so that one definition stands in many stages. */
export const interviewDefinitions = [
  ...['Phone screen', 'Recruiter call', 'Hiring manager interview', 'Pair programming', 'System design'],
  ...['Portfolio review', 'Values interview', 'Case study', 'Executive chat', 'Reference call'],
] as const

export const tags = [
  'silver medalist',
  'boomerang',
  'top 10 %',
  'référence',
  'do not contact',
  'intern 2024',
] as const
export const schools = [
  'Halden University',
  'Universidad del Sur',
  'ETH Zürich',
  'Kyoto Institute',
  '',
] as const
export const degrees = ["Bachelor's", "Master's", 'PhD', null] as const
export const disciplines = ['Computer Science', 'Mathematics', 'Design', 'Économie', null] as const
export const emailTypes = ['personal', 'work', 'other', 'personal', null] as const
export const phoneTypes = ['mobile', 'home', 'work', 'skype', 'other', ''] as const
