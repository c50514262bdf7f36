/** The two kinds of people, as a profile names them. */
export type Role = 'students' | 'teachers';
